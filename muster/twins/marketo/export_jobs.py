"""The queue of bulk extracts: one for the whole instance, moved by the twin's clock.

Source: the "Bulk Extract" page. A job is Created, then Queued by its owner, Processing when one of two places is free,
then Completed or Failed; at most ten are queued or running; what a status call shows changes once a minute at most.
How long a job takes is not told; `seconds` and `per_million` are our decision.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any

from muster.twins.clock import Clock
from muster.twins.marketo import times
from muster.twins.marketo.errors import ApiError
from muster.twins.marketo.settings import Number

QUEUED_AT_MOST, RUNNING_AT_MOST = 10, 2
#: Jobs are listed, and files kept, for so long.
KEPT = timedelta(days=7)
#: Between queueing and starting, where there is a place.
_PICKED_UP = timedelta(seconds=1)


@dataclass(frozen=True)
class File:
    """What a job produced."""

    path: Path
    records: int
    size: int
    sha256: str


@dataclass
class Job:
    """One extract. `sql` selects what goes into its file; the times are None until they come."""

    kind: str
    user: str
    format: str
    sql: str
    created: datetime
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    place: int = 0  # in the order of queueing
    queued: datetime | None = None
    started: datetime | None = None
    finished: datetime | None = None
    cancelled: datetime | None = None
    failed: bool = False
    file: File | None = None

    def status(self, at: datetime) -> str:
        """What the job is at a moment."""
        for moment, status in (
            (self.cancelled, "Cancelled"),
            (self.finished, "Failed" if self.failed else "Completed"),
            (self.started, "Processing"),
            (self.queued, "Queued"),
        ):
            if moment is not None and moment <= at:
                return status
        return "Created"


#: Writes the file of a job; None: the job fails.
Produce = Callable[[Job], File | None]


class ExportJobs:
    """All jobs of an instance. Nothing runs by itself: `settle` brings them to the clock's time."""

    def __init__(self, clock: Clock, produce: Produce) -> None:
        self._clock, self._produce, self._lock = clock, produce, RLock()
        self._jobs: dict[str, Job] = {}
        self.queue, self.places = Number(QUEUED_AT_MOST), Number(RUNNING_AT_MOST)
        self.tick, self.seconds, self.per_million = Number(60), Number(30), Number(60)

    def create(self, kind: str, user: str, format_: str, sql: str) -> Job:
        with self._lock:
            job = Job(kind, user, format_, sql, self._clock.now())
            self._jobs[job.id] = job
            return job

    def find(self, kind: str, user: str, id_: str) -> Job | None:
        """A job of this user: those of others cannot be seen."""
        with self._lock:
            self.settle()
            job = self._jobs.get(id_)
            return job if job and (job.kind, job.user) == (kind, user) else None

    def enqueue(self, job: Job) -> None:
        """Raises ApiError 1029 where it was queued before, or too many are."""
        with self._lock:
            self.settle()
            if job.queued or job.cancelled:
                raise ApiError(1029, message="Job already queued")
            if self.waiting >= self.queue.limit:
                raise ApiError(1029)
            job.queued, job.place = self._clock.now(), 1 + max(each.place for each in self._jobs.values())
            self.settle()

    def cancel(self, job: Job) -> None:
        """Raises ApiError 1003 where it has ended (our decision)."""
        with self._lock:
            self.settle()
            if self._ended(job):
                raise ApiError(1003, message=f"Job is already {job.status(self._clock.now())}")
            job.cancelled = self._clock.now()
            self.settle()

    def listed(self, kind: str, user: str) -> list[Job]:
        """The user's jobs of the past seven days, oldest first."""
        with self._lock:
            self.settle()
            since = self._clock.now() - KEPT
            own = [job for job in self._jobs.values() if (job.kind, job.user) == (kind, user)]
            return [job for job in own if job.created >= since]

    @property
    def waiting(self) -> int:
        """Jobs queued or running."""
        return sum(job.queued is not None and not self._ended(job) for job in self._jobs.values())

    def settle(self) -> None:
        """Start and finish what the clock has passed, in the order in which it would have happened."""
        with self._lock:
            now = self._clock.now()
            while start := self._next_start():
                job, moment = start
                if moment > now:
                    break
                job.started = moment
                job.file = self._produce(job)
                job.failed = job.file is None
                job.finished = moment + self._duration(job)
            self._forget(now)

    def told(self, job: Job) -> dict[str, Any]:
        """As the status call tells it: the truth of the last full minute since it was queued."""
        at = self.seen_at(job)
        status = job.status(at)
        told: dict[str, Any] = {"exportId": job.id, "format": job.format, "status": status}
        told["createdAt"] = times.written(job.created)
        for name, moment in (("queuedAt", job.queued), ("startedAt", job.started), ("finishedAt", job.finished)):
            if moment and moment <= at:
                told[name] = times.written(moment)
        if status == "Completed" and job.file:
            told |= {"numberOfRecords": job.file.records, "fileSize": job.file.size}
            told["fileChecksum"] = f"sha256:{job.file.sha256}"
        elif status == "Failed":
            told["errorMsg"] = "Failed to process the export job"
        return told

    def seen_at(self, job: Job) -> datetime:
        """The moment whose truth callers see; what a caller did itself shows at once."""
        now, origin = self._clock.now(), job.queued or job.created
        steps = max(0, int((now - origin).total_seconds() // max(1, self.tick.limit)))
        seen = origin + timedelta(seconds=steps * self.tick.limit)
        return max(seen, job.cancelled) if job.cancelled else seen

    def _next_start(self) -> tuple[Job, datetime] | None:
        """The job that is first in the queue, and when it gets a place."""
        waiting = [job for job in self._jobs.values() if job.queued and not (job.started or job.cancelled)]
        job = min(waiting, key=lambda each: each.place, default=None)
        if job is None or job.queued is None:
            return None
        busy = sorted(self._frees(each) for each in self._jobs.values() if each.started)
        free = busy[-self.places.limit] if len(busy) >= self.places.limit else job.queued
        return job, max(job.queued + _PICKED_UP, free)

    def _ended(self, job: Job) -> bool:
        return job.cancelled is not None or (job.finished is not None and job.finished <= self._clock.now())

    def _frees(self, job: Job) -> datetime:
        ends = [moment for moment in (job.finished, job.cancelled) if moment]
        return min(ends) if ends else self._clock.now()

    def _duration(self, job: Job) -> timedelta:
        millions = job.file.records / 1e6 if job.file else 0.0
        return timedelta(seconds=self.seconds.limit + self.per_million.limit * millions)

    def _forget(self, now: datetime) -> None:
        for job in self._jobs.values():
            if job.file and job.finished and now - job.finished > KEPT:
                job.file.path.unlink(missing_ok=True)
