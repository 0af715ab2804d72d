"""The queue of bulk imports: one for the whole instance, moved by the twin's clock, two running, ten in all.

Source: the "Bulk Import" pages. How long an import takes is not told; `seconds` is our decision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock
from typing import Any

from muster.twins.clock import Clock
from muster.twins.marketo.errors import ApiError
from muster.twins.marketo.settings import Number

QUEUED_AT_MOST, RUNNING_AT_MOST = 10, 2
KEPT = timedelta(days=7)
_FIRST_BATCH = 1001


@dataclass
class Outcome:
    """What became of the rows: processed, and those that failed or were warned of, each with its reason."""

    processed: int = 0
    members: int | None = None
    failures: list[tuple[list[str], str]] = field(default_factory=list)
    warnings: list[tuple[list[str], str]] = field(default_factory=list)

    @property
    def message(self) -> str:
        """As the vendor words it."""
        errors = " with errors" if self.failures else ""
        verb = "completed" if self.failures or self.warnings else "succeeded"
        members = f" ({self.members} members)" if self.members is not None else ""
        text = f"Import {verb}{errors}, {self.processed} records imported{members}"
        text += f", {len(self.failures)} failed" if self.failures else ""
        return text + (f", {len(self.warnings)} warning." if self.warnings else "")


@dataclass
class Import:
    """One import; `run` writes its rows when it starts."""

    kind: str
    user: str
    format: str
    header: list[str]
    run: Callable[[], Outcome]
    list_id: str | None
    queued: datetime
    id: int = 0
    started: datetime | None = None
    finished: datetime | None = None
    outcome: Outcome | None = None
    broken: str = ""

    def status(self, now: datetime) -> str:
        if self.finished and self.finished <= now:
            return "Failed" if self.broken else "Complete"
        return "Importing" if self.started else "Queued"


class ImportJobs:
    """All imports of an instance; nothing runs by itself."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._lock = clock, RLock()
        self._jobs: dict[int, Import] = {}
        self.queue, self.places, self.seconds = Number(QUEUED_AT_MOST), Number(RUNNING_AT_MOST), Number(5)

    def submit(self, job: Import) -> Import:
        """Raises ApiError 1016 where too many wait, 1019 where the list is being imported to."""
        with self._lock:
            self.settle()
            if sum(not self._ended(each) for each in self._jobs.values()) >= self.queue.limit:
                raise ApiError(1016)
            if job.list_id and self.writes_to(job.list_id):
                raise ApiError(1019)
            job.id = _FIRST_BATCH + len(self._jobs)
            self._jobs[job.id] = job
            return job

    def find(self, kind: str, id_: int) -> Import | None:
        with self._lock:
            self.settle()
            job = self._jobs.get(id_)
            fresh = job is not None and self._clock.now() - job.queued <= KEPT
            return job if job and fresh and job.kind == kind else None

    def writes_to(self, list_id: str) -> bool:
        """Whether an import that has not ended puts leads on a list."""
        with self._lock:
            self.settle()
            return any(job.list_id == list_id and not self._ended(job) for job in self._jobs.values())

    def settle(self) -> None:
        """Start and finish what the clock has passed."""
        with self._lock:
            now = self._clock.now()
            for job in self._jobs.values():  # in the order of submission
                if job.started:
                    continue
                moment = self._place_free_at(job.queued)
                if moment > now:
                    break
                job.started = moment
                job.finished = moment + timedelta(seconds=self.seconds.limit)
                try:
                    job.outcome = job.run()
                except ApiError as error:
                    job.outcome, job.broken = Outcome(), error.error["message"]

    def told(self, job: Import) -> dict[str, Any]:
        status = job.status(self._clock.now())
        told: dict[str, Any] = {"batchId": job.id, "importId": str(job.id), "status": status}
        if job.outcome is None or status in ("Queued", "Importing"):
            return told | {"numOfLeadsProcessed": 0, "numOfRowsFailed": 0, "numOfRowsWithWarning": 0, "message": ""}
        told["numOfLeadsProcessed"] = job.outcome.processed
        told["numOfRowsFailed"] = len(job.outcome.failures)
        told["numOfRowsWithWarning"] = len(job.outcome.warnings)
        return told | {"message": job.broken or job.outcome.message}

    def _place_free_at(self, queued: datetime) -> datetime:
        ends = sorted(job.finished for job in self._jobs.values() if job.finished)
        return max(queued, ends[-self.places.limit]) if len(ends) >= self.places.limit else queued

    def _ended(self, job: Import) -> bool:
        return job.finished is not None and job.finished <= self._clock.now()
