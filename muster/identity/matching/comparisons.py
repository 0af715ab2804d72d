"""What is compared of people: names, birth, e-mail, phone, address, work, and whatever else the columns hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from muster.identity.matching.comparison import Comparison, Level, close, edits

_FORMS = "list_has_any(l.given_forms, r.given_forms) or l.given_sound = r.given_sound"
#: Mark and Mary are near, but both are names: no one mistyped the other. Names that no list has, but many people of the
#: file, are names too; of these Katarina may be Catarina, but never Pavel.
_ANOTHER = (
    "(l.given_known and r.given_known) or (l.given_common and r.given_common"
    " and jaro_winkler_similarity(l_g, r_g) < 0.7 and not starts_with(l_g, left(r_g, 3)))"
)
#: `g` and `f` are the given and family names to compare: crossed where the columns of one record are swapped.
_GIVEN = Comparison(
    "given",
    "l_g is not null and r_g is not null",
    (
        Level("same", "l_g = r_g", 0.62, "given_n"),
        Level("short form", f"not crossed and ({_FORMS})", 0.10),
        Level("another name", f"not crossed and ({_ANOTHER})", 0.01, most=0.002),
        Level("close", close("l_g", "r_g"), 0.13),
        Level("initial", "starts_with(l_g, r_g) or starts_with(r_g, l_g)", 0.06),
        Level("alike", "jaro_winkler_similarity(l_g, r_g) >= 0.8", 0.03),
        Level("different", "", 0.05),
    ),
    (0.06, 0.0, 0.0, 1.0, 1.0),
    trust=60,
    near=(0.1, 0.3, 0.0, 1.0, 1.0),
    personal=True,
)
_FAMILY = Comparison(
    "family",
    "l_f is not null and r_f is not null",
    (
        Level("same", "l_f = r_f", 0.75, "family_n"),
        Level("close", close("l_f", "r_f"), 0.13),
        Level(
            "part",
            "(not crossed and list_has_any(l.family_parts, r.family_parts))"
            " or (least(length(l_f), length(r_f)) >= 2 and (starts_with(l_f, r_f) or starts_with(r_f, l_f)))",
            0.03,
        ),
        Level("alike", "jaro_winkler_similarity(l_f, r_f) >= 0.8", 0.03),
        Level("different", "", 0.06),
    ),
    (0.75, 0.95, 0.0, 1.0, 1.0),
)
_ORDER = Comparison(
    "order",
    "l_g is not null and r_g is not null and l_f is not null and r_f is not null",
    (Level("straight", "not crossed", 0.96), Level("swapped", "", 0.04)),
    (0.5, 0.5, 0.5, 1.0, 1.0),
)
_MIDDLE = Comparison(
    "middle",
    "not crossed and l.middle is not null and r.middle is not null",
    (Level("same", "l.middle = r.middle", 0.92), Level("different", "", 0.08)),
    (0.0, 0.0, 0.0, 0.1, 1.0),
    personal=True,
)
_GENERATION = Comparison(
    "generation",
    "l.generation is not null and r.generation is not null",
    (Level("same", "l.generation = r.generation", 0.99999), Level("different", "", 0.00001)),
    (0.0, 0.9, 0.5, 0.3, 1.0),
    trust=20_000,
    personal=True,
)
_GENDER = Comparison(
    "gender",
    "l.gender is not null and r.gender is not null",
    (Level("same", "l.gender = r.gender", 0.97), Level("different", "", 0.03)),
    (0.0, 0.5, 0.0, 0.95, 1.0),
    personal=True,
)
_BIRTH = Comparison(
    "birth",
    "l.birth_year is not null and r.birth_year is not null",
    (
        Level("same", "l.birth = r.birth", 0.70, "birth_n"),
        Level(
            "one digit, or day and month swapped",
            f"{edits('l.birth', 'r.birth', 1)} or (left(l.birth, 4) = left(r.birth, 4)"
            " and substr(l.birth, 5, 2) = substr(r.birth, 7, 2) and substr(l.birth, 7, 2) = substr(r.birth, 5, 2))",
            0.14,
        ),
        Level("year", "(l.birth is null or r.birth is null) and l.birth_year = r.birth_year", 0.03),
        Level("within a month", "abs(l.birth_day - r.birth_day) <= 31", 0.03),
        Level("within a year", "abs(l.birth_day - r.birth_day) <= 370 or right(l.birth, 4) = right(r.birth, 4)", 0.03),
        Level("different", "", 0.01),
    ),
    (0.01, 1.0, 0.0, 0.0, 1.0),
    coincidence=0.1,
    trust=40,
    personal=True,
)
#: An address made of the name is like that of every namesake; then its figures, if any, must agree.
_SAME_FIGURES = "(not l.email_named or l.email_digits = r.email_digits)"
_EMAIL = Comparison(
    "email",
    "l.email is not null and r.email is not null and not (l.email_local = r.email_local and l.email_named"
    " and jaro_winkler_similarity(l.email_host, r.email_host) < 0.85)",
    (
        Level("same", "list_has_any(l.emails, r.emails)", 0.70, "email_n"),
        Level(
            "close",
            f"{_SAME_FIGURES} and least(length(l.email_local), length(r.email_local)) >= 3"
            f" and ({edits('l.email', 'r.email', 2)} or jaro_winkler_similarity(l.email, r.email) >= 0.97)",
            0.10,
        ),
        Level(
            "alike",
            f"{_SAME_FIGURES} and jaro_winkler_similarity(l.email_local, r.email_local) >= 0.85"
            " and jaro_winkler_similarity(l.email_host, r.email_host) >= 0.85",
            0.03,
        ),
        Level(
            "name before the @", "l.email_local = r.email_local and length(l.email_local) >= 4", 0.04, "email_local_n"
        ),
        Level("different", "", 0.13),
    ),
    (0.15, 0.3, 0.04, 0.0, 1.0),
    coincidence=0.02,
)
_PHONE = Comparison(
    "phone",
    "l.phone is not null and r.phone is not null",
    (
        Level("same", "list_has_any(l.phones, r.phones) or l.phone_digits = r.phone_digits", 0.65, "phone_n"),
        Level("last seven", "right(l.phone, 7) = right(r.phone, 7)", 0.05),
        Level(
            "one digit",
            f"{edits('l.phone', 'r.phone', 1)} or {edits('l.phone_digits', 'r.phone_digits', 1, 10)}",
            0.06,
        ),
        Level("different", "", 0.24),
    ),
    (0.5, 0.6, 0.2, 0.0, 1.0),
    coincidence=0.05,
)
_OVERLAP = (
    "len(list_intersect(l.street_words, r.street_words))::double / least(len(l.street_words), len(r.street_words))"
)
_STREET = Comparison(
    "street",
    "l.street is not null and r.street is not null",
    (
        Level("same", "l.street = r.street", 0.50, "street_n"),
        Level(
            "close",
            f"l.street_number = r.street_number"
            f" and ({_OVERLAP} >= 0.6 or jaro_winkler_similarity(l.street, r.street) >= 0.9)",
            0.22,
        ),
        Level("alike", f"{_OVERLAP} >= 0.6 or jaro_winkler_similarity(l.street, r.street) >= 0.88", 0.08),
        Level("number", "l.street_number = r.street_number", 0.05),
        Level("different", "", 0.15),
    ),
    (0.9, 0.9, 0.9, 0.0, 1.0),
    coincidence=0.2,
)


def _written(name: str, shared: tuple[float, float, float, float, float]) -> Comparison:
    """What people write in words of their own, of their work."""
    return Comparison(
        name,
        f"l.{name} is not null and r.{name} is not null",
        (
            Level("same", f"l.{name} = r.{name}", 0.7, f"{name}_n"),
            Level("close", close(f"l.{name}", f"r.{name}"), 0.1),
            Level("different", "", 0.2),
        ),
        shared,
    )


_TITLE = _written("title", (0.05, 0.05, 0.1, 0.05, 1.0))
_COMPANY = _written("company", (0.05, 0.05, 0.95, 0.05, 1.0))
_COUNTRY = Comparison(
    "country",
    "l.country is not null and r.country is not null and length(l.country) = length(r.country)",
    (Level("same", "l.country = r.country", 0.95, "country_n"), Level("different", "", 0.05)),
    (1.0, 1.0, 1.0, 0.9, 1.0),
)
_KNOWN = (
    _GIVEN, _FAMILY, _ORDER, _MIDDLE, _GENERATION, _GENDER, _BIRTH, _EMAIL, _PHONE, _STREET, _TITLE, _COMPANY, _COUNTRY,
)  # fmt: skip


def comparisons(features: Iterable[str], paths: Mapping[str, str]) -> list[Comparison]:
    """All comparisons that the features of `features.prepare` allow; `paths` are those of single features."""
    having = set(features)
    needs = {"order": "given", "middle": "given"}
    found = [each for each in _KNOWN if needs.get(each.name, each.name) in having]
    if place := _place(having):
        found.append(place)
    return found + [_single(name, path) for name, path in paths.items()]


def _place(having: set[str]) -> Comparison | None:
    """Postal code, city and state are one piece of evidence: the finest that agrees."""
    parts = [name for name in ("postal", "city", "state") if name in having]
    if not parts:
        return None
    both = " or ".join(f"(l.{name} is not null and r.{name} is not null)" for name in parts)
    levels = []
    if "postal" in having:
        levels.append(Level("same postal code", "l.postal = r.postal", 0.6, "postal_n"))
    if "city" in having:
        levels.append(Level("same city", "l.city = r.city", 0.15, "city_n"))
    near = {"postal": edits("l.postal", "r.postal", 1), "city": close("l.city", "r.city", 0.9)}
    levels.append(Level("close", " or ".join(near[name] for name in parts if name in near) or "false", 0.1))
    if "state" in having:
        levels.append(Level("same state", "l.state = r.state", 0.07, "state_n"))
    levels.append(Level("different", "", 0.1))
    return Comparison("place", both, tuple(levels), (0.9, 0.9, 0.9, 0.7, 1.0))


def _single(name: str, path: str) -> Comparison:
    """The comparison of a feature that stands for one path alone."""
    kind = name.rsplit("_", 1)[0]
    left, right = f"l.{name}", f"r.{name}"
    present = f"{left} is not null and {right} is not null"
    same = Level("same", f"{left} = {right}", 0.8, f"{name}_n")
    if kind == "identifier":
        levels: tuple[Level, ...] = (
            Level("same", same.condition, 0.94, same.n),
            Level(
                "ending",
                f"least(length({left}), length({right})) >= 4"
                f" and (ends_with({left}, {right}) or ends_with({right}, {left}))",
                0.02,
            ),
            Level("close", edits(left, right, 1, 5), 0.03),
            Level("different", "", 0.01),
        )
        return Comparison(
            name,
            present,
            levels,
            (0.002, 0.002, 0.002, 0.002, 0.0),
            coincidence=0.01,
            trust=300,
            personal=True,
            path=path,
        )
    if kind in {"text", "host"}:
        near = Level("close", close(left, right), 0.1)
        return Comparison(
            name,
            present,
            (same, near, Level("different", "", 0.1)),
            (0.1, 0.1, 0.9 if kind == "host" else 0.2, 0.1, 1.0),
            coincidence=0.3,
            path=path,
        )
    return Comparison(name, present, (same, Level("different", "", 0.2)), (0.1, 0.5, 0.3, 0.1, 1.0), path=path)
