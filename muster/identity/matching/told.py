"""The meaning of a column whose path says nothing: from the type and the rarity of its values."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from muster.identity.matching.columns import Column
from muster.identity.matching.meanings import Meaning, meaning_of
from muster.sql import identifier


def column(connection: DuckDBPyConnection, table: str, name: str, path: str) -> Column | None:
    """The column with its meaning; None where its values can tell nothing: all empty, all alike or all different."""
    meaning = meaning_of(path) or _of_values(connection, table, name)
    return Column(name, path, meaning) if meaning else None


def _of_values(connection: DuckDBPyConnection, table: str, name: str) -> Meaning | None:
    """Dates and numbers by their form; a value of its own for most records is an identifier, few values a category.

    Our decision: a column of which less than one row in twenty has a value of its own is a category; where values
    have several words it is a text.
    """
    value = f"nullif(trim({identifier(name)}), '')"
    filled, distinct, dates, numbers, spaced, length = connection.execute(
        f"""
        select
            count(v),
            count(distinct v),
            count(*) filter (regexp_full_match(v, '\\d{{4}}-\\d{{2}}-\\d{{2}}([T ].*)?|\\d{{1,2}}[/.]\\d{{1,2}}[/.]\\d{{2,4}}.*')),
            count(*) filter (try_cast(v as double) is not null and length(v) < 6 or regexp_full_match(v, '-?\\d+\\.\\d+')),
            count(*) filter (v like '% %'),
            avg(length(v))
        from (select {value} as v from {table})
        """  # noqa: E501
    ).fetchall()[0]
    if distinct < 2 or distinct == filled:
        return None
    if dates > 0.8 * filled:
        return Meaning.date
    if distinct < 0.05 * filled:
        return Meaning.category
    if numbers > 0.8 * filled:
        return Meaning.number
    if spaced > 0.3 * filled or length < 4:
        return Meaning.text
    return Meaning.identifier
