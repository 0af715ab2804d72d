"""What jobs of both kinds have in common: states that move with the twin's time, delimiters, the shelf they stand on.

The work itself begins as soon as it can; a job shows `InProgress` until it is done and the time has passed that such a
job takes on the vendor's servers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Generic, TypeVar

from muster.twins.calls import Call
from muster.twins.salesforce.errors import Refusal, not_found
from muster.twins.salesforce.faults import JOB_FAIL, SLOW_JOB, number_of
from muster.twins.salesforce.gate import version
from muster.twins.salesforce.limits import JOB_MILLISECONDS
from muster.twins.salesforce.org import Org
from muster.twins.salesforce.values import moment

DELIMITERS = {"BACKQUOTE": "`", "CARET": "^", "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t"}
ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
FINISHED = ("JobComplete", "Failed", "Aborted")
KEPT = timedelta(days=7)
#: The part of a job's least time that it waits in the queue.
_QUEUE = 1 / 3
#: Seconds of a `slowjob` without a number.
SLOW = 60.0


class JobFailed(Exception):
    """Ends a job as Failed, with the text of its `errorMessage`."""


@dataclass
class Job:
    """A job. `queued` is when it could begin; None while an ingest job is open."""

    id: str
    operation: str
    object: str
    version: str
    created: datetime
    delimiter: str
    ending: str
    kind: str
    queued: datetime | None = None
    takes: timedelta = timedelta()
    work: Future[None] | None = None
    aborted: bool = False
    failure: str = ""
    processed: int = 0
    refused: int = 0
    details: dict[str, Any] = field(default_factory=dict)

    def state(self, now: datetime) -> str:
        if self.aborted:
            return "Aborted"
        if self.queued is None:
            return "Open"
        waited = now - self.queued
        if waited < self.takes * _QUEUE:
            return "UploadComplete"
        if waited < self.takes or not (self.work and self.work.done()):
            return "InProgress"
        return "Failed" if self.failure else "JobComplete"

    def told(self, now: datetime, user: str) -> dict[str, Any]:
        """What creating a job and changing its state answer with."""
        state = self.state(now)
        changed = min(now, self.queued + self.takes) if self.queued else self.created
        told = {
            "id": self.id,
            "operation": self.operation,
            "object": self.object,
            "createdById": user,
            "createdDate": moment(self.created),
            "systemModstamp": moment(changed),
            "state": state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(self.version),
            "jobType": self.kind,
            "lineEnding": self.ending,
            "columnDelimiter": self.delimiter,
            **self.details,
        }
        return told | ({"errorMessage": self.failure} if state == "Failed" else {})

    def looked_at(self, now: datetime, user: str) -> dict[str, Any]:
        """What asking for a job answers with: the same, and how far it is."""
        state = self.state(now)
        shown = self.processed if state in FINISHED else 0
        took = int(((now - self.queued) if self.queued else timedelta()) / timedelta(milliseconds=1))
        return self.told(now, user) | {"numberRecordsProcessed": shown, "retries": 0, "totalProcessingTime": took}


J = TypeVar("J", bound=Job)


class Shelf(Generic[J]):
    """The jobs of one kind, by id; those that ended seven days ago are taken off."""

    def __init__(self, org: Org, workers: ThreadPoolExecutor, drop: Callable[[J], None]) -> None:
        self._org, self._workers, self._drop, self._lock = org, workers, drop, Lock()
        self._jobs: dict[str, J] = {}

    def put(self, job: J) -> None:
        with self._lock:
            self._jobs[job.id] = job

    def start(self, job: J, call: Call, work: Callable[[J], None]) -> None:
        """Queue a job, with the faults that will befall it."""
        faults = self._org.faults
        job.takes = timedelta(milliseconds=self._org.settings[JOB_MILLISECONDS].limit)
        if faults.strikes(SLOW_JOB, call.path, call.method):
            job.takes += timedelta(seconds=number_of(faults, SLOW_JOB, SLOW) or SLOW)
        fails = faults.strikes(JOB_FAIL, call.path, call.method)

        def run() -> None:
            try:
                if fails:
                    raise JobFailed("InternalServerError : An unexpected error occurred while the job was processed")
                work(job)
            except (JobFailed, Refusal) as error:
                job.failure = str(error)
            except Exception:
                job.failure = "InternalServerError : An unexpected error occurred"
                raise

        job.queued = self._org.now
        job.work = self._workers.submit(run)

    def all(self) -> list[J]:
        with self._lock:
            now = self._org.now
            for id_ in [id_ for id_, job in self._jobs.items() if now - job.created > KEPT]:
                self._drop(self._jobs.pop(id_))
            return list(self._jobs.values())

    def one(self, call: Call) -> J:
        """The job in the path; 404 where there is none."""
        found = next((job for job in self.all() if job.id == call.params["job"]), None)
        if found is None:
            raise not_found()
        return found

    def abort(self, job: J) -> None:
        if job.state(self._org.now) in FINISHED:
            raise wrong_state(f"Aborting already Completed Job not allowed: {job.id}")
        job.aborted = True

    def remove(self, job: J) -> None:
        if job.state(self._org.now) not in FINISHED:
            raise wrong_state(f"Job {job.id} cannot be deleted before it has ended")
        with self._lock:
            self._drop(self._jobs.pop(job.id))


def wrong_state(what: str) -> Refusal:
    return Refusal(400, "INVALIDJOBSTATE", what)


def same_version(job: Job, call: Call) -> None:
    """Results are read with the version that made the job, else 409 (the text is ours)."""
    if version(call) != job.version:
        what = f"The job was created with API version {job.version} and cannot be read with {version(call)}"
        raise Refusal(409, "INVALIDVERSION", what)


def chosen(told: Mapping[str, object], name: str, allowed: Mapping[str, str], default: str) -> str:
    """A setting of a job. Raises Refusal for a word that is none."""
    value = str(told.get(name) or default)
    if value not in allowed:
        raise Refusal(400, "INVALIDJOB", f"InvalidJob : Unknown value for {name}: {value}")
    return value
