"""Bulk extract of leads, activities and program members: create, enqueue, status, file, cancel, list.

Source: the "Bulk Extract" pages. A job is its owner's alone; the megabytes of all files of a day count against one
quota, and when it is spent, creating and enqueueing fail until midnight Central.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from muster.twins.marketo.answers import Page
from muster.twins.marketo.errors import ApiError, HttpError
from muster.twins.marketo.export_files import SEPARATORS, produce, send
from muster.twins.marketo.export_jobs import File, Job
from muster.twins.marketo.export_queries import activities, leads, members
from muster.twins.marketo.request import Request
from muster.twins.marketo.rules import READ_ACTIVITY, READ_LEAD, Rule
from muster.twins.marketo.tokens import state_of, token

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin


@dataclass(frozen=True)
class _Kind:
    """What can be extracted: its path, who may, and how a request becomes a query."""

    path: str
    needs: tuple[str, ...]
    query: Callable[[MarketoTwin, dict[str, Any]], str]


KINDS = (
    _Kind("leads", READ_LEAD, leads),
    _Kind("activities", READ_ACTIVITY, activities),
    _Kind("program/members", READ_LEAD, members),
)


def run(twin: MarketoTwin, job: Job) -> File | None:
    """Carry a job out, with the faults that are in force; None: it fails."""
    if twin.faults.strikes("failed-job", f"/bulk/v1/{job.kind}"):
        return None
    file = produce(twin.store, job, twin.folder)
    twin.exported.spend(file.size)
    if twin.faults.strikes("miscount", f"/bulk/v1/{job.kind}"):
        file = replace(file, records=file.records + 1)
    if twin.faults.strikes("checksum", f"/bulk/v1/{job.kind}"):
        file = replace(file, sha256="0" * 64)
    if twin.faults.strikes("short-file", f"/bulk/v1/{job.kind}"):
        with file.path.open("r+b") as handle:
            handle.truncate(file.size * 2 // 3)
    return file


def _create(twin: MarketoTwin, kind: _Kind, request: Request) -> Page:
    body = request.json()
    format_ = str(body.get("format") or "CSV").upper()
    if format_ not in SEPARATORS:
        raise ApiError(1003, "format", format_)
    if not isinstance(body.get("filter"), dict):
        raise ApiError(1002, "filter")
    sql = kind.query(twin, body)
    _check_quota(twin, request)
    job = twin.jobs.create(kind.path, request.user.name, format_, sql)
    return Page([twin.jobs.told(job)])


def _enqueue(twin: MarketoTwin, kind: _Kind, request: Request) -> Page:
    job = _job(twin, kind, request)
    _check_quota(twin, request)
    if twin.faults.strikes("queue-full", request.call.path, request.method):
        raise ApiError(1029)
    twin.jobs.enqueue(job)
    return Page([twin.jobs.told(job)])


def _status(twin: MarketoTwin, kind: _Kind, request: Request) -> Page:
    return Page([twin.jobs.told(_job(twin, kind, request))])


def _file(twin: MarketoTwin, kind: _Kind, request: Request) -> Response:
    job = twin.jobs.find(kind.path, request.user.name, request.path("exportId"))
    if twin.faults.strikes("lost-file", request.call.path, request.method):
        raise HttpError(404, "File not found")
    return send(job, job.status(twin.jobs.seen_at(job)) if job else "")


def _cancel(twin: MarketoTwin, kind: _Kind, request: Request) -> Page:
    job = _job(twin, kind, request)
    twin.jobs.cancel(job)
    return Page([twin.jobs.told(job)])


def _list(twin: MarketoTwin, kind: _Kind, request: Request) -> Page:
    """Statuses may be repeated or joined by commas, in any case; "Canceled" is "Cancelled"."""
    wanted = {status.lower().replace("canceled", "cancelled") for status in request.listed("status")}
    jobs = [twin.jobs.told(job) for job in twin.jobs.listed(kind.path, request.user.name)]
    jobs = [job for job in jobs if not wanted or job["status"].lower() in wanted]
    given, size = request.one("nextPageToken"), request.batch_size
    after = int(state_of(given, "export jobs")["after"]) if given else 0
    more = len(jobs) > after + size
    return Page(jobs[after : after + size], token(of="export jobs", after=after + size) if more else None)


def _job(twin: MarketoTwin, kind: _Kind, request: Request) -> Job:
    """Raises ApiError 1013 (our decision) where the job is not the caller's."""
    job = twin.jobs.find(kind.path, request.user.name, request.path("exportId"))
    if job is None:
        raise ApiError(1013, message="Export job not found")
    return job


def _check_quota(twin: MarketoTwin, request: Request) -> None:
    struck = twin.faults.strikes("export-quota", request.call.path, request.method)
    if struck or not twin.exported.left:
        raise ApiError(1029, message="Export daily quota exceeded")


def _rules(kind: _Kind) -> list[Rule]:
    def bound(
        handler: Callable[[MarketoTwin, _Kind, Request], Page | Response],
    ) -> Callable[[MarketoTwin, Request], Page | Response]:
        return lambda twin, request: handler(twin, kind, request)

    base, job = f"/bulk/v1/{kind.path}/export", f"/bulk/v1/{kind.path}/export/{{exportId}}"
    return [
        Rule("POST", f"{base}/create.json", bound(_create), kind.needs),
        Rule("POST", f"{job}/enqueue.json", bound(_enqueue), kind.needs),
        Rule("GET", f"{job}/status.json", bound(_status), kind.needs),
        Rule("GET", f"{job}/file.json", bound(_file), kind.needs),
        Rule("POST", f"{job}/cancel.json", bound(_cancel), kind.needs),
        Rule("GET", f"{base}.json", bound(_list), kind.needs),
    ]


RULES = [rule for kind in KINDS for rule in _rules(kind)]
