"""Live sources into the lake, against a loop over the same client that reads pages or files and counts.

The vendors are twins in processes of their own, on a clock 600 times as fast as ours, so that neither limits nor the
waiting for extracts are what is measured; what a twin needs to answer is the same for both sides, and part of both.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from bench.extraction import Run, Task, apart, counted, into_the_lake
from bench.marts import SQL
from bench.timing import Comparison, Side, Timed, turn_about
from muster.config.models import Source
from muster.settings import Settings

SPEED = 600
#: Contacts are read in pages: a tenth as many as there are activities, and no more than these.
_CONTACTS = 50_000


VENDORS = ("marketo", "salesforce", "hubspot")


def compare(place: Path, activities: int, rounds: int, vendors: Sequence[str] = VENDORS) -> list[Comparison]:
    """A history of activities by bulk extract, and up to a tenth as many contacts by pages, below `place`."""
    contacts = min(activities // 10, _CONTACTS)
    given: dict[str, tuple[str, int, Mapping[str, Any]]] = {
        "marketo": ("activities", activities, {"since": "2026-01-01", "megabytes_per_day": 1_000_000}),
        "salesforce": ("Contact", contacts, {"bulk_from": 1_000_000_000}),
        "hubspot": ("contacts", contacts, {"calls_per_day": 1_000_000}),
    }
    return [_compared(place / vendor, vendor, *given[vendor], rounds) for vendor in vendors]


def _compared(place: Path, vendor: str, stream: str, rows: int, options: Mapping[str, Any], rounds: int) -> Comparison:
    _write(place / "records", vendor, stream, rows)
    peaks: list[int] = []
    with _twin(vendor, place / "records") as access:
        connection = {"share": 1, "speed": SPEED, **options, **access}
        source = Source.model_validate({"name": "bench", "type": vendor, "connection": connection})

        def task(side: str, number: int) -> Task:
            return Task(source, stream, Settings.at(place / "config", place / f"{side}-{number}"))

        def ours(number: int) -> Timed:
            run: Run = apart(into_the_lake, task("ours", number))
            peaks.append(run.peak)
            return run.timed

        mine, others = turn_about(ours, lambda number: apart(counted, task("peer", number)).timed, rounds)
    one, other = Side("reader and engine", mine), Side("a loop over the same client that counts", others)
    told = {
        "rows": rows,
        "rows a second": f"{rows / one.seconds:,.0f} and {rows / other.seconds:,.0f}",
        "engine alone": f"{rows / one.parts['engine']:,.0f} rows a second",
        "greatest size": f"{max(peaks)} MiB",
    }
    how = "by bulk extract" if vendor == "marketo" else "by pages"
    return Comparison(f"{vendor} {stream} {how}", one, other, None, told)


def _write(folder: Path, vendor: str, stream: str, rows: int) -> None:
    """The records of an instance, as the twin takes them."""
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(f"set variable rows = {rows}::bigint")
        connection.execute((SQL / ("contact.sql" if vendor == "salesforce" else "history.sql")).read_text("utf-8"))
        connection.execute(f"copy {stream} to '{folder / stream}.parquet' (format parquet)")


@contextmanager
def _twin(vendor: str, records: Path) -> Iterator[dict[str, str]]:
    """A twin that holds these records, in a process of its own; how it is reached."""
    limits = {
        "marketo": ["export-bytes=1000000000000", "export-queue=100"],
        "salesforce": [],
        "hubspot": ["daily=1000000"],
    }[vendor]
    command = [
        str(Path(sys.executable).with_name("muster")),
        "twin",
        vendor,
        "--load",
        str(records),
        "--speed",
        str(SPEED),
    ]
    command += [each for limit in limits for each in ("--limit", limit)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            words = (process.stdout.readline() if process.stdout else "").split()
            told = dict(pairwise(words))
            wanted = {"hubspot": ("token",)}.get(vendor, ("client_id", "client_secret"))
            yield {"url": told["twin:"], **{name: told[name] for name in wanted}}
        finally:
            process.send_signal(signal.SIGINT)
