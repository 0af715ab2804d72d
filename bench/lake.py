"""A large CSV into the lake, against DuckDB reading all its columns as text into Parquet.

The reader besides finds the dialect, keys every row, notes its line and its file, hashes the file, sets unsound rows
aside and flushes to the disk. No aim: the ratio is told.
"""

from __future__ import annotations

import time
from pathlib import Path

import duckdb

from bench.marts import NOW, SQL
from bench.timing import Comparison, Side, Timed, turn_about
from muster.config.models import Source
from muster.connectors import discover, load
from muster.settings import Settings


def compare(place: Path, rows: int, rounds: int) -> Comparison:
    """`rows` contacts of a Salesforce export, below `place`."""
    export = place / "export" / "Contact.csv"
    write_export(export, rows)
    source = Source(name="crm", type="salesforce", path=str(export.parent))

    def ours(number: int) -> Timed:
        settings = Settings.at(place / "config", place / f"round-{number}")
        (found,) = discover(source, settings)
        began = time.perf_counter()
        report = load(source, found, settings, NOW)
        return Timed(time.perf_counter() - began, {"rows": report.loaded})

    def peer(number: int) -> Timed:
        target = place / f"peer-{number}.parquet"
        with duckdb.connect() as connection:
            began = time.perf_counter()
            copied = connection.execute(
                f"copy (from read_csv('{export}', all_varchar = true)) to '{target}' (format parquet, compression zstd)"
            ).fetchall()[0][0]
            return Timed(time.perf_counter() - began, {"rows": int(copied)})

    mine, others = turn_about(ours, peer, rounds)
    one, other = Side("the reader of delimited files", mine), Side("COPY (FROM read_csv(all_varchar))", others)
    told = {
        "rows": rows,
        "megabytes": round(export.stat().st_size / 1e6),
        "rows a second": f"{rows / one.seconds:,.0f} and {rows / other.seconds:,.0f}",
    }
    return Comparison("a CSV into the lake", one, other, None, told)


def write_export(path: Path, rows: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"set variable rows = {rows}::bigint")
        connection.execute((SQL / "contact.sql").read_text(encoding="utf-8"))
        connection.execute(f"copy contact to '{path}' (format csv, header true, force_quote *)")
