"""People: `muster resolve` beside Splink with its own documented settings, and beside the naive rule of each set."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from duckdb import DuckDBPyConnection

from bench.identity import splink_people
from bench.identity.scoring import Score, muster, run
from bench.identity.sets import PEOPLE, SHARED, TruthSet
from muster.identity.truth import Quality, quality
from muster.sql import connect, identifier


def scores(names: Sequence[str] = ()) -> Iterator[Score]:
    """Of every set that is there (or of those named): ours, Splink's, the naive rule's."""
    with tempfile.TemporaryDirectory() as folder:
        for each in PEOPLE:
            if (SHARED / each.folder).is_dir() and (not names or each.name in names):
                yield from _scores(each, Path(folder))


def _scores(each: TruthSet, place: Path) -> Iterator[Score]:
    with connect() as connection:
        path = each.write(connection, place)
        table = "bench_records"
        connection.execute(
            f"create or replace temp table {table} as select *, row_number() over () - 1 as _row"
            f" from read_csv('{path}', all_varchar = true)"
        )
        rows = int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])
        out = place / "clusters.csv"
        maps = [argument for entry in each.maps for argument in ("--map", entry)]
        seconds, memory = run([muster(), "resolve", str(path), "--kind", "person", *maps, "--out", str(out)])
        found = quality(connection, f"read_csv('{out}', all_varchar = true)", "truth", "cluster_id")
        yield Score(each.name, rows, "muster resolve", found, seconds, memory)
        began = time.perf_counter()
        splink = splink_people.clusters(connection, table, each)
        connection.register("bench_splink", splink)
        found = quality(connection, f"{table} inner join bench_splink using (_row)", "truth", "cluster_id")
        yield Score(each.name, rows, "Splink", found, time.perf_counter() - began)
        connection.unregister("bench_splink")
        yield Score(each.name, rows, each.naive_name, naive(connection, table, each), 0)


def naive(connection: DuckDBPyConnection, table: str, each: TruthSet) -> Quality:
    agreed = " || chr(31) || ".join(f"nullif(trim({identifier(name)}), '')" for name in each.naive)
    return quality(connection, table, "truth", f"coalesce({agreed}, _row::varchar)")
