"""Bulk extracts: jobs in the queue that an instance has for all who use it, and the files that come of them.

    create → Created → enqueue → Queued → Processing → Completed → file        ("Bulk Extract")

A job is kept in the position of its stream from the moment it exists, so that a later run finds the file instead of
having it made again; files are kept for seven days.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from muster.connectors.exports.batch import Batch
from muster.connectors.exports.delimited import DelimitedExport
from muster.connectors.exports.dialect import HEAD, dialect_of
from muster.connectors.http.budget import Budget
from muster.connectors.marketo import MARKETO, times
from muster.connectors.marketo.api import Marketo, Record
from muster.connectors.marketo.limits import BULK
from muster.connectors.marketo.refusals import Refused, unknown_field
from muster.errors import SourceError
from muster.lake.layout import sha256_of

#: Days after which a file is no longer asked for, below the vendor's seven.
_KEPT = 6
#: How often a piece may fail, be cancelled, or lose its file in one run.
_ATTEMPTS = 3
#: How often the file of a completed job is looked for: it can be late, or come broken.
_LOOKS = 3
#: How long one job is waited for in one run, seconds: the queue may be full of others' jobs. (Our decision.)
_PATIENCE = 6 * 3600.0


@dataclass(frozen=True)
class Job:
    """One job: what it extracts (name and filter of the piece), its id, and when it was created."""

    name: str
    filter: Mapping[str, Any]
    id: str
    created: str


@dataclass(frozen=True)
class Ready:
    """A job's file: bytes, checksum (hex), and records, as far as they were told."""

    size: int | None
    sha256: str | None
    records: int | None

    def is_of(self, path: Path) -> bool:
        """Whether a file is the one that was told of."""
        if self.size is not None and path.stat().st_size != self.size:
            return False
        return self.sha256 is None or sha256_of(path) == self.sha256.lower()


@dataclass
class Extracts:
    """The jobs of one stream. `poll` is in seconds; `folder` holds files while they are read, `warn` tells the user."""

    api: Marketo
    budget: Budget
    poll: float
    folder: Path
    warn: Callable[[str], None]
    sleep: Callable[[float], None] = time.sleep
    #: Fields that extracts do not know though describe has them.
    unknown: set[str] = field(default_factory=set)
    #: How often pieces failed, by name.
    failed: Counter[str] = field(default_factory=Counter)
    #: Jobs whose bytes are counted.
    counted: set[str] = field(default_factory=set)

    def create(self, kind: str, name: str, filter_: Mapping[str, Any], fields: Sequence[str]) -> Job:
        """A job, not yet in the queue. QuotaSpent where the day's megabytes are used up; Refused."""
        self.budget.need(1, BULK)
        while True:
            wanted = [each for each in fields if each not in self.unknown]
            body = {"format": "CSV", "filter": filter_, **({"fields": wanted} if wanted else {})}
            try:
                told = self.api.do(f"/bulk/v1/{kind}/export/create.json", body)
                return Job(name, filter_, str(told["exportId"]), times.written(self.api.now))
            except Refused as refused:
                unknown = unknown_field(refused, wanted)
                if not unknown:
                    raise
                self.unknown.add(unknown)
                self.warn(f"extracts of {kind} have no field '{unknown}', though describe names it")

    def enqueue(self, kind: str, job: Job) -> bool:
        """Put a created job into the queue; False where it is full."""
        try:
            self.api.do(f"/bulk/v1/{kind}/export/{job.id}/enqueue.json")
        except Refused as refused:
            if is_full(refused):
                return False
            if refused.code != "1029":  # it is in the queue already
                raise
        return True

    def wait(self, kind: str, job: Job) -> Generator[str, None, Ready | str]:
        """Until a job has ended: its state at each look; then its file, or why the job has to be made anew."""
        since = time.monotonic()
        while True:
            told = self._status(kind, job)
            state = str(told.get("status", "")).lower()
            if state == "completed":
                return self._counted(job, _ready(told))
            if state == "failed" or state.startswith("cancel"):
                return f"{state}: {told['errorMsg']}" if told.get("errorMsg") else state
            if not state:
                return "the instance does not know it any more"
            if state == "created" and not self.enqueue(kind, job):
                state = "waiting for a place in the queue"
            yield state
            self.rest(since, f"the extract {kind} {job.name} is {state}")

    def rest(self, since: float, what: str) -> None:
        """Wait until it is time to look again; SourceError where that has gone on for too long."""
        if time.monotonic() - since > _PATIENCE:
            hours = f"{_PATIENCE / 3600:.0f} h"
            raise SourceError(f"{self.api.label}: {what} for {hours}; others may fill the queue, the next run goes on")
        self.sleep(self.poll)

    @contextmanager
    def file(self, kind: str, job: Job, ready: Ready) -> Iterator[Path | None]:
        """The file of a finished job, gone afterwards; None where it does not come, or not as it was told."""
        path = self.folder / f"{job.id}.csv"
        try:
            yield path if self._brought(kind, job, ready, path) else None
        finally:
            path.unlink(missing_ok=True)

    def _counted(self, job: Job, ready: Ready) -> Ready:
        """Its file takes from the day's megabytes whether or not it is brought."""
        if job.id not in self.counted:
            self.counted.add(job.id)
            self.budget.spend(ready.size or 0, BULK)
        return ready

    def is_kept(self, job: Job) -> bool:
        return self.api.now - times.read(job.created) < timedelta(days=_KEPT)

    def _brought(self, kind: str, job: Job, ready: Ready, path: Path) -> bool:
        self.folder.mkdir(parents=True, exist_ok=True)
        for look in range(_LOOKS):
            if look:
                self.sleep(self.poll)
            try:
                self.api.download(f"/bulk/v1/{kind}/export/{job.id}/file.json", path)
            except Refused as refused:
                if refused.code != "404":
                    raise
            else:
                if ready.is_of(path):
                    return True
        return False

    def _status(self, kind: str, job: Job) -> Record:
        """What is told of a job; nothing where it is too old to be told of."""
        if not self.is_kept(job):
            return {}
        try:
            return self.api.status(f"/bulk/v1/{kind}/export/{job.id}/status.json")
        except Refused as refused:
            if refused.code in ("603", "1035"):
                raise
            return {}

    def again(self, kind: str, job: Job, why: str, fields: Sequence[str]) -> Job:
        """The same piece in a new job; SourceError where it has failed too often in this run."""
        self.failed[job.name] += 1
        if self.failed[job.name] >= _ATTEMPTS:
            raise SourceError(
                f"{self.api.label}: the extract {kind} {job.name} failed {_ATTEMPTS} times ({why}); try again later"
            )
        return self.create(kind, job.name, job.filter, fields)


def batches(path: Path) -> Iterator[Batch]:
    """The rows of a file, which is UTF-8, a few megabytes at a time."""
    with path.open("rb") as file:
        dialect = dialect_of(file.read(HEAD).translate(None, MARKETO.reading.drop))
    yield from DelimitedExport(path, "utf-8", dialect, MARKETO.reading).batches()


def _ready(told: Record) -> Ready:
    size, records = told.get("fileSize"), told.get("numberOfRecords")
    algorithm, _, digest = str(told.get("fileChecksum") or "").partition(":")
    return Ready(
        int(size) if size is not None else None,
        digest if algorithm == "sha256" and digest else None,
        int(records) if records is not None else None,
    )


def is_full(refused: Refused) -> bool:
    """Whether the queue has no place for another job."""
    return refused.code == "1029" and "too many" in refused.message.lower()
