"""The records made comparable: one row a record, one column a feature, and how many records share each value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files

from duckdb import DuckDBPyConnection

from muster.identity.matching.columns import Column
from muster.identity.matching.meanings import Meaning
from muster.sql import identifier, literal

#: Meanings of which every path is an attribute of its own, with a comparison of its own.
APART = {
    Meaning.identifier: "identifier",
    Meaning.text: "text",
    Meaning.category: "category",
    Meaning.number: "number",
    Meaning.date: "date",
    Meaning.website: "host",
    Meaning.domain: "host",
}
#: A given name of people of so many family names is a name, no typing error of one.
_COMMON = 4
#: Features that stand alone: how a value of each is read.
_READ = {
    "identifier": "key_of({words})",
    "text": "{words}",
    "category": "{words}",
    "number": "try_cast({seen} as double)::varchar",
    "date": "date_of({seen}, {day_first})",
    "host": "host_of({plain})",
}


def prepare(connection: DuckDBPyConnection, table: str, columns: Sequence[Column], into: str) -> dict[str, str]:
    """Make the table `into`: `_row`, the features of `columns`, and for each feature f how often its value occurs, f_n.

    Returns the path of every feature that stands for one path alone, by the feature's name (`identifier_1`, …).
    """
    load_macros(connection)
    apart = _apart(columns)
    raw = _features(connection, table, columns, apart)
    connection.execute(
        f"create or replace temp table {into}_raw as select _row, {_list(raw)} from {_read(table, columns)}"
    )
    connection.execute(f"create or replace temp table {into}_told as {_told(f'{into}_raw', set(raw))}")
    counted = [name for name in _counted(apart) if name in _names(connection, f"{into}_told")]
    joins = "\n".join(
        f"left join (select {name} as value, count(*) as n from {into}_told where {name} is not null group by all)"
        f" as c_{name} on told.{name} = c_{name}.value"
        for name in counted
    )
    counts = "".join(f", c_{name}.n as {name}_n" for name in counted)
    if "given" in counted:
        joins += (
            f"\nleft join (select given as value from {into}_told where given is not null group by given"
            f" having count(distinct family) >= {_COMMON}) as common on told.given = common.value"
        )
        counts += ", common.value is not null as given_common"
    connection.execute(f"create or replace temp table {into} as select told.*{counts} from {into}_told as told {joins}")
    connection.execute(f"drop table {into}_raw; drop table {into}_told")
    return {name: paths[0].path for name, paths in apart.items()}


def load_macros(connection: DuckDBPyConnection) -> None:
    """The macros of normalise.sql and the table of short given names, for this connection alone."""
    here = files("muster.identity.matching")
    connection.execute(here.joinpath("normalise.sql").read_text(encoding="utf-8"))
    pairs = [line.split(",") for line in here.joinpath("given_names.csv").read_text(encoding="utf-8").splitlines()[1:]]
    values = ", ".join(f"({literal(short)}, {literal(formal)})" for short, formal in pairs)
    connection.execute(
        f"""create or replace temp table muster_nicknames as
        select short, list(formal) as formal from (values {values}) as v(short, formal) group by short"""
    )
    connection.execute(
        """create or replace temp table muster_names as
        select short as name from muster_nicknames union select unnest(formal) from muster_nicknames"""
    )


def _apart(columns: Sequence[Column]) -> dict[str, list[Column]]:
    found: dict[tuple[str, str], list[Column]] = {}
    for column in columns:
        if column.meaning in APART:
            found.setdefault((APART[column.meaning], column.path), []).append(column)
    return {f"{kind}_{number}": group for number, ((kind, _), group) in enumerate(found.items(), 1)}


def _read(table: str, columns: Sequence[Column]) -> str:
    """The records with each column as it is seen, plain and in words: `seen_0`, `plain_0`, `words_0`, …"""
    names = list(dict.fromkeys(column.name for column in columns))
    seen = ", ".join(f"seen({identifier(name)}) as seen_{number}" for number, name in enumerate(names))
    plain = ", ".join(f"plain(seen_{number}) as plain_{number}" for number in range(len(names)))
    words = ", ".join(f"words(plain_{number}) as words_{number}" for number in range(len(names)))
    return f"(select *, {words} from (select *, {plain} from (select _row, {seen} from {table})))"


def _features(
    connection: DuckDBPyConnection, table: str, columns: Sequence[Column], apart: Mapping[str, Sequence[Column]]
) -> dict[str, str]:
    """The feature's name and its expression over the columns of `_read`."""
    numbers = {name: number for number, name in enumerate(dict.fromkeys(column.name for column in columns))}

    def named(*meanings: Meaning) -> list[str]:
        return [column.name for meaning in meanings for column in columns if column.meaning == meaning]

    def each(reading: str, names: Iterable[str], **more: str) -> str:
        steps = [(numbers[name], name) for name in names]
        return ", ".join(
            reading.format(seen=f"seen_{n}", plain=f"plain_{n}", words=f"words_{n}", **more) for n, _ in steps
        )

    def first(reading: str, names: Sequence[str], **more: str) -> str:
        return f"coalesce(null, {each(reading, names, **more)})" if names else "null::varchar"

    found: dict[str, str] = {}
    given, family, full = named(Meaning.given_name), named(Meaning.family_name), named(Meaning.full_name)
    if given or family or full:
        comma = "if({plain} like '%,%', name_words(words(split_part({plain}, ',', PART))), null)"
        found["given_told"] = first("name_words({words})", given)
        found["family_told"] = first("name_words({words})", family)
        found["middle_told"] = first("name_words({words})", named(Meaning.middle_name))
        found["full_told"] = first("name_words({words})", full)
        found["full_family"] = first(comma.replace("PART", "1"), full)
        found["full_given"] = first(comma.replace("PART", "2"), full)
        found["generation"] = first("generation_of({words})", named(Meaning.suffix) + full + family + given)
    for name, meaning, reading in (
        ("gender", Meaning.gender, "gender_of({words})"),
        ("city", Meaning.city, "{words}"),
        ("state", Meaning.state, "{words}"),
        ("country", Meaning.country, "{words}"),
        ("postal", Meaning.postal_code, "replace({words}, ' ', '')"),
        ("company", Meaning.company_name, "company_of({words})"),
        ("title", Meaning.job_title, "{words}"),
    ):
        if having := named(meaning):
            found[name] = first(reading, having)
    if birth := named(Meaning.birth_date):
        day_first = _day_first(connection, table, birth[0])
        found["birth_told"] = first("date_of({seen}, {day_first})", birth, day_first=day_first)
    if emails := named(Meaning.email):
        found["emails"] = f"list_distinct([{each('email_of({seen})', emails)}])"
    if phones := named(Meaning.phone):
        found["phones"] = f"list_distinct([{each('phone_of({plain})', phones)}])"
        found["phone_digits"] = first("nullif(regexp_replace({plain}, '[^0-9]', '', 'g'), '')", phones)
    if streets := named(Meaning.street_number, Meaning.street):
        found["street_told"] = f"nullif(concat_ws(' ', {each('{words}', streets)}), '')"
    for feature, group in apart.items():
        kind = feature.rsplit("_", 1)[0]
        day_first = _day_first(connection, table, group[0].name) if kind == "date" else "false"
        found[feature] = first(_READ[kind], [column.name for column in group], day_first=day_first)
    return found


def _day_first(connection: DuckDBPyConnection, table: str, name: str) -> str:
    """Whether 13/4 is found more often than 4/13."""
    first, second = connection.execute(
        f"""
        select
            count(*) filter (try_cast(regexp_extract(d, '^(\\d+)', 1) as int) > 12),
            count(*) filter (try_cast(regexp_extract(d, '^\\d+[/.-](\\d+)', 1) as int) > 12)
        from (select trim({identifier(name)}) as d from {table})
        where regexp_full_match(d, '\\d{{1,2}}[/.-]\\d{{1,2}}[/.-]\\d{{2,4}}.*')
        """
    ).fetchall()[0]
    return "true" if first > second else "false"


def _told(raw: str, having: set[str]) -> str:
    """Features that follow from others: a full name's parts, an address's number, the parts of an e-mail."""
    names = having & {"given_told"}
    kept = [name for name in sorted(having) if not name.endswith("_told") and not name.startswith("full_")]
    told: dict[str, str] = {name: name for name in kept}
    if names:
        parts = "string_split(full_told, ' ')"
        told["given_words"] = f"coalesce(given_told, full_given, {parts}[1])"
        told["family_name"] = f"coalesce(family_told, full_family, if(len({parts}) > 1, {parts}[-1], null))"
        told["middle"] = (
            "left(coalesce(middle_told, nullif(split_part(given_told, ' ', 2), ''), "
            "nullif(split_part(full_given, ' ', 2), ''), "
            f"if(given_told is null and full_given is null and len({parts}) > 2, {parts}[2], null)), 1)"
        )
    if "birth_told" in having:
        told["birth"] = "if(length(birth_told) = 8, birth_told, null)"
        told["birth_year"] = "left(birth_told, 4)"
        told["birth_day"] = "if(length(birth_told) = 8, strptime(birth_told, '%Y%m%d')::date, null)"
    if "emails" in having:
        told["emails"] = "list_filter(emails, lambda e: e is not null)"
        told["email"] = "list_filter(emails, lambda e: e is not null)[1]"
    if "phones" in having:
        told["phones"] = "list_filter(phones, lambda p: p is not null)"
        told["phone"] = "list_filter(phones, lambda p: p is not null)[1]"
    if "street_told" in having:
        told["street_words"] = "street_words_of(street_told)"
        told["street_number"] = "nullif(regexp_extract(street_told, '\\b(\\d+)', 1), '')"
    inner = f"select _row, {_list(told)} from {raw}"
    more: dict[str, str] = {}
    if names:
        more["given"] = "replace(given_words, ' ', '')"
        more["given_first"] = "split_part(given_words, ' ', 1)"
        more["given_forms"] = (
            "list_concat(coalesce((select formal from muster_nicknames where short = split_part(given_words, ' ', 1)), "
            "[]::varchar[]), [split_part(given_words, ' ', 1)])"
        )
        more["family"] = "replace(family_name, ' ', '')"
        more["family_words"] = "string_split(family_name, ' ')"
        more["family_parts"] = "list_filter(string_split(family_name, ' '), lambda w: length(w) > 3)"
        more["native"] = (
            "regexp_matches(coalesce(given_words, '') || coalesce(family_name, ''), '[^\\p{Latin}\\pN\\pM ]')"
        )
        more["given_sound"] = "sound_of(split_part(given_words, ' ', 1))"
        more["given_known"] = "split_part(given_words, ' ', 1) in (select name from muster_names)"
    if "emails" in having:
        named = " or ".join(
            f"(length({name}) > 2 and contains(regexp_extract(email, '^(.*)@', 1), replace({name}, ' ', '')))"
            for name in ("split_part(given_words, ' ', 1)", "family_name")
        )
        more["email_named"] = f"coalesce({named}, false)" if names else "false"
        more["email_digits"] = "regexp_replace(email, '[^0-9]', '', 'g')"
        more["email_local"] = "regexp_extract(email, '^(.*)@', 1)"
        more["email_host"] = "regexp_extract(email, '@([^@]*)$', 1)"
    if "street_told" in having:
        more["street"] = "list_aggregate(street_words, 'string_agg', '')"
    extra = f", {_list(more)}" if more else ""
    return f"select *{extra} from ({inner})"


def _counted(apart: Iterable[str]) -> list[str]:
    known = ["given", "family", "birth", "email", "email_local", "phone", "street", "city", "state", "postal"]
    return [*known, "company", "title", "country", *apart]


def _names(connection: DuckDBPyConnection, table: str) -> set[str]:
    return {str(row[0]) for row in connection.execute(f"describe {table}").fetchall()}


def _list(expressions: Mapping[str, str]) -> str:
    return ", ".join(f"{expression} as {name}" for name, expression in expressions.items()) or "null as nothing"
