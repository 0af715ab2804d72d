"""Both sides of an extraction: reader and engine, and a loop over the same client that reads pages and counts.

Each runs in a process of its own, so that its memory can be told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

from bench.timing import Timed
from muster.config.connections import HubSpotConnection, MarketoConnection, SalesforceConnection
from muster.config.models import Source
from muster.connectors.http.budget import Budget
from muster.connectors.hubspot import limits as hubspot
from muster.connectors.hubspot.client import Account
from muster.connectors.marketo import times
from muster.connectors.marketo.api import Marketo
from muster.connectors.marketo.client import open_client
from muster.connectors.marketo.limits import budget_of
from muster.connectors.readers import live
from muster.connectors.salesforce import soql
from muster.connectors.salesforce.client import Org
from muster.connectors.salesforce.describe import Subject
from muster.connectors.salesforce.limits import LIMITS
from muster.connectors.sync.engine import sync
from muster.connectors.sync.stream import Chunk, Position, Stream
from muster.errors import SourceError
from muster.settings import Settings


@dataclass(frozen=True)
class Task:
    """What is read: a stream of a source, into the lake of a set-up."""

    source: Source
    stream: str
    settings: Settings


@dataclass(frozen=True)
class Run:
    """A round of a side, and the greatest size of its process, MiB."""

    timed: Timed
    peak: int


Side = Callable[[Task], Timed]
#: Of one extract; the vendor allows 31 days.
WINDOW = timedelta(days=30)


def apart(side: Side, task: Task) -> Run:
    """Run a side in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, side, task).result()


def _measured(side: Side, task: Task) -> Run:
    try:
        timed = side(task)
    except SourceError as error:
        raise SourceError(str(error)) from None  # not all of them travel between processes
    told = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return Run(timed, int(told.split()[1]) // 1024)


def into_the_lake(task: Task) -> Timed:
    """Reader and engine as they are; what time the reader took of it is a part."""
    reader = live(task.source).open(task.source, task.settings)
    stream = _Watched(next(each for each in reader.streams if each.name == task.stream))
    began = time.perf_counter()
    report = sync(task.source, stream, task.settings, datetime.now(UTC))
    seconds = time.perf_counter() - began
    reader.close()
    return Timed(seconds, {"rows": report.loaded}, {"reader": stream.seconds, "engine": seconds - stream.seconds})


class _Watched:
    """A stream whose own time is taken."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.name, self.version, self.seconds = stream.name, stream.version, 0.0
        self.fields, self.estimate = stream.fields, stream.estimate

    def read(self, position: Position | None) -> Iterator[Chunk]:
        chunks = self._stream.read(position)
        while True:
            began = time.perf_counter()
            chunk = next(chunks, None)
            self.seconds += time.perf_counter() - began
            if chunk is None:
                return
            yield chunk


def counted(task: Task) -> Timed:
    """The same client, whose pages or files are read and counted and nothing else."""
    count = {"marketo": _counted_extracts, "salesforce": _counted_queries, "hubspot": _counted_pages}[task.source.type]
    began = time.perf_counter()
    rows = count(task)
    return Timed(time.perf_counter() - began, {"rows": rows})


def _counted_extracts(task: Task) -> int:
    """Extracts of thirty days each, all queued at once and brought one after another."""
    connection = task.source.connection
    assert isinstance(connection, MarketoConnection)  # noqa: S101 - for the type
    assert connection.since  # noqa: S101 - for the type
    api = Marketo(open_client(connection, budget_of(connection, task.settings), "Marketo"))
    path, start, rows = "/bulk/v1/activities/export", times.midnight(connection.since), 0
    api.ask("/rest/v1/activities/types.json")
    jobs = []
    while start < api.now:
        last = min(start + WINDOW - timedelta(seconds=1), api.now)
        told = {"startAt": times.written(start), "endAt": times.written(last)}
        jobs.append(str(api.do(f"{path}/create.json", {"format": "CSV", "filter": {"createdAt": told}})["exportId"]))
        api.do(f"{path}/{jobs[-1]}/enqueue.json")
        start += WINDOW
    for job in jobs:
        while api.status(f"{path}/{job}/status.json")["status"] != "Completed":
            time.sleep(connection.pause.total_seconds())
        file = task.settings.data / f"{job}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        api.download(f"{path}/{job}/file.json", file)
        rows += _lines(file) - 1
    return rows


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


def _counted_queries(task: Task) -> int:
    connection = task.source.connection
    assert isinstance(connection, SalesforceConnection)  # noqa: S101 - for the type
    budget = Budget.of(task.settings, "salesforce", "bare", LIMITS, connection.share, connection.speed)
    org = Org(connection, "Salesforce", budget)
    page = org.query(soql.select([*Subject(org, task.stream).described.fields], task.stream))
    rows = len(page.records)
    while page.next is not None:
        page = org.more(page.next)
        rows += len(page.records)
    return rows


def _counted_pages(task: Task) -> int:
    connection = task.source.connection
    assert isinstance(connection, HubSpotConnection)  # noqa: S101 - for the type
    limits = hubspot.limits(connection)
    budget = Budget.of(task.settings, "hubspot", "bare", limits, connection.share, connection.speed)
    account = Account(connection, "HubSpot", budget)
    properties, after, rows = [*account.properties(task.stream)], None, 0
    while True:
        page = account.listed(task.stream, properties, after)
        rows, after = rows + len(page.records), page.after
        if not after:
            return rows
