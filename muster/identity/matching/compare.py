"""Pairs compared: the level of each comparison and how rare the value is, as arrays, some at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyConnection

from muster.identity.matching.comparison import Comparison
from muster.identity.matching.model import Chance, Counts, Levels

#: Pairs held at once, which bounds memory; pairs at random that tell what is chance.
_CHUNK, _RANDOM = 1_000_000, 100_000

#: Whether given and family name of one record stand in each other's columns, and the names to compare then. Names in
#: different scripts are not comparable.
_NAMES = """
    *,
    coalesce(jaro_winkler_similarity(l_given, r_family), 0.9) as across,
    coalesce(jaro_winkler_similarity(l_family, r_given), 0.9) as back,
    coalesce(
        greatest(across, back) > 0.9 and least(across, back) >= 0.7
        and across + back > coalesce(jaro_winkler_similarity(l_given, r_given), 0.6)
        + coalesce(jaro_winkler_similarity(l_family, r_family), 0.6) + 0.2,
        false
    ) as crossed,
    coalesce(l_native <> r_native, false) as foreign_script,
    case when not foreign_script then l_given end as l_g,
    case when foreign_script then null when crossed then r_family else r_given end as r_g,
    case when not foreign_script then l_family end as l_f,
    case when foreign_script then null when crossed then r_given else r_family end as r_f
"""


def compared(
    connection: DuckDBPyConnection, comparisons: Sequence[Comparison], prepared: str, pairs: str
) -> Iterator[tuple[pa.Table, Levels, Counts]]:
    """`pairs` (a table expression with `a`, `b`) in chunks: their rows, levels and counts; see `Model`."""
    levels = [f"{each.level_sql} as {each.name}_level" for each in comparisons]
    counts = [f"{each.count_sql} as {each.name}_count" for each in comparisons]
    told = " ".join([*levels, *counts, _NAMES])
    features = [str(row[0]) for row in connection.execute(f"describe {prepared}").fetchall()]
    used = [name for name in features if re.search(rf"\b[lr][._]{name}\b", told)]
    taken = ", ".join(f"l.{name} as l_{name}, r.{name} as r_{name}" for name in used)
    names = _NAMES if "given" in features else "*, false as crossed"
    wanted = ", ".join(f"{each.name}_level" for each in comparisons)
    sql = f"""
        select a, b, {wanted}, {_flat(", ".join(counts))}
        from (
            select *, {_flat(", ".join(levels))}
            from (
                select {names}
                from (
                    select pair.a, pair.b, {taken}
                    from {pairs} as pair
                    inner join {prepared} as l on pair.a = l._row
                    inner join {prepared} as r on pair.b = r._row
                )
            )
        )
    """
    many = len(comparisons)
    for batch in connection.sql(sql).to_arrow_reader(_CHUNK):
        if batch.num_rows:
            columns = [column.to_numpy(zero_copy_only=False) for column in batch.columns[2:]]
            found = np.stack(columns[:many], axis=1).astype(np.int8)
            shared = np.stack(columns[many:], axis=1).astype(np.float32)
            yield pa.table({"a": batch.column(0), "b": batch.column(1)}), found, shared


def _flat(expression: str) -> str:
    """l.name, as comparisons write it, is the column l_name here."""
    return re.sub(r"\b([lr])\.", r"\1_", expression)


def chance(connection: DuckDBPyConnection, comparisons: Sequence[Comparison], prepared: str, rows: int) -> Chance:
    """The levels of pairs at random, with half a pair more for each, as a level may never have been seen."""
    if rows * (rows - 1) / 2 <= _RANDOM:
        source = f"(select l._row as a, r._row as b from {prepared} l inner join {prepared} r on l._row < r._row)"
    else:
        picked = f"select hash(i) % {rows} as a, hash(i, 1) % {rows} as b from range({_RANDOM}) as t(i)"
        source = f"(select least(a, b)::int as a, greatest(a, b)::int as b from ({picked}) where a <> b)"
    totals = [np.zeros(len(each.levels)) for each in comparisons]
    for _, levels, _ in compared(connection, comparisons, prepared, source):
        for k, total in enumerate(totals):
            total += np.bincount(levels[levels[:, k] >= 0, k], minlength=len(total))
    for total in totals:
        total += 0.5
        total[-1] += 50  # where no two records at random have both a value, strangers differ
    return Chance([total / total.sum() for total in totals])
