"""The pairs worth a look: records that share a key, for many kinds of keys, rare keys first; of few records all pairs.

A kind of key gives at most a budget of pairs; its smallest blocks are taken first, so that "every Smith in London"
gives way to "every Smith in London who was born in 1980" and the number of pairs grows with the records alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from duckdb import DuckDBPyConnection

#: Pairs of all kinds of keys together that a laptop compares within minutes; so few pairs that keys are not worth it.
_MANY, _FEW = 8_000_000, 100_000


def candidates(connection: DuckDBPyConnection, prepared: str, features: Iterable[str], into: str) -> int:
    """Make the table `into` of pairs (`a` < `b`, row numbers, each once); returns how many."""
    keys = list(_keys(set(features)))
    rows = int(connection.execute(f"select count(*) from {prepared}").fetchall()[0][0])
    if rows * (rows - 1) // 2 <= _FEW:
        connection.execute(
            f"create or replace temp table {into} as select l._row::int as a, r._row::int as b"
            f" from {prepared} as l inner join {prepared} as r on l._row < r._row"
        )
        return rows * (rows - 1) // 2
    budget = max(rows // 2, min(40 * rows + 20_000, _MANY // max(len(keys), 1)))
    connection.execute(f"create or replace temp table {into}_all (a int, b int)")
    for key, source in keys:
        connection.execute(
            f"""
            insert into {into}_all
            with keyed as (select distinct _row, {key} as k from {source.format(prepared)} where {key} is not null),
            blocks as (select k, count(*) as n from keyed group by k having count(*) between 2 and 2000),
            kept as (
                select k
                from (select k, sum(n * (n - 1) / 2) over (order by n, k rows unbounded preceding) as pairs from blocks)
                where pairs <= {budget}
            )
            select l._row, r._row
            from keyed as l
            inner join kept using (k)
            inner join keyed as r on l.k = r.k and l._row < r._row
            """
        )
    connection.execute(f"create or replace temp table {into} as select distinct a, b from {into}_all")
    connection.execute(f"drop table {into}_all")
    return int(connection.execute(f"select count(*) from {into}").fetchall()[0][0])


def _keys(having: set[str]) -> Iterator[tuple[str, str]]:
    """Kinds of keys: the expression (null: no key), and the table it is over, `{}` standing for the records."""
    records = "{}"
    names = (
        "(select *, unnest(list_distinct(list_filter([given, given_first, family, family_words[-1]],"
        " lambda w: length(w) > 1))) as name from {})"
    )
    formal = "(select *, unnest(given_forms) as form from {})"

    def key(*parts: str) -> str:
        """Null where any part is."""
        return f"hash({', '.join(parts)})" if len(parts) == 1 else f"({' || chr(31) || '.join(parts)})"

    def when(condition: str, expression: str) -> str:
        return f"case when {condition} then {expression} end"

    if "email" in having:
        yield "email", "(select *, unnest(emails) as one from {})"
        yield when("length(email_local) >= 5", "email_local"), records
        yield when("length(email_local) >= 6", "left(email_local, 6)"), records
        yield when("length(email_local) >= 6", "right(email_local, 5)"), records
    if "phone" in having:
        yield "right(one, 7)", "(select _row, unnest(phones) as one from {})"
        yield "left(one, 6)", "(select _row, unnest(phones) as one from {})"
    for name in sorted(having):
        if name.split("_")[0] in {"identifier", "text", "host"} and name.count("_") == 1 and name[-1].isdigit():
            yield name, records
            if name.startswith("identifier"):
                yield when(f"length({name}) >= 5", f"right({name}, 4)"), records
                yield when(f"length({name}) >= 6", f"left({name}, 4)"), records
    partners: list[str] = []
    if "birth" in having:
        yield "birth", records
        partners += ["left(birth, 6)", "right(birth, 4)", "birth_year", "left(birth, 4) || right(birth, 2)"]
    if "street" in having:
        yield "street", records
        yield key("street_number", "left(array_to_string(street_words[-2:], ''), 4)"), records
    if "postal" in having:
        partners.append("postal")
    if "city" in having:
        partners.append("city")
    if "company" in having:
        partners.append("company")
    if "title" in having:
        partners.append("title")
    if "given" in having:
        yield "least(given, family) || chr(31) || greatest(given, family)", records
        yield key("form", "family"), formal
        yield key("least(left(given, 3), left(family, 3))", "greatest(left(given, 3), left(family, 3))"), records
        yield key("left(given, 1)", "regexp_replace(family, '[aeiouyh]', '', 'g')"), records
        yield "name", names
        for partner in partners:
            yield key("name", partner), names
    common = [name for name in ("state", "country", "gender") if name in having]
    common += [name for name in sorted(having) if name.startswith("category") and not name.endswith("_n")]
    every = [*partners, *common]
    for number, one in enumerate(every):
        for other in every[number + 1 :]:
            if not ("birth" in one and "birth" in other):
                yield key(one, other), records
    for number, one in enumerate(common):
        for other in common[number + 1 :]:
            for partner in [each for each in ("title", "company", "city", "birth_year") if each in partners]:
                yield key(one, other, partner), records
            if "given" in having:
                yield key(one, other, "left(given, 1)", "left(family, 1)"), records
