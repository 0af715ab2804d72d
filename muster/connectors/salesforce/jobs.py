"""Bulk API 2.0 query jobs: made, waited for, and their results brought to the disk a page at a time.

Source: Bulk API 2.0 Developer Guide, "Query". A job runs on whether or not we do; its results are kept for seven days
and are read with the API version that it was made with, so a job is remembered by its whole path.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa

from muster.connectors.exports.batch import SetAside
from muster.connectors.salesforce import csv_pages, soql
from muster.connectors.salesforce.client import Org, Refusal
from muster.errors import SourceError

#: Rows asked for in a page; it may hold fewer. So many fit on the disk, and are lost with a connection at most.
PAGE = 100_000
#: A job that is still not done after so long by the org's clock is given up; the next run looks at it again.
_LONGEST = timedelta(hours=24)
_SOON = 2.0
_DOWNLOADS = 4


class NotInBulk(Exception):
    """The object cannot be read by the Bulk API, though it can by REST."""


class Lost(Exception):
    """The job or its results are not there any more; nothing is wrong, and another job can be made."""


@dataclass(frozen=True)
class Results:
    """A page of results on the disk: `rows` that can be read and those `set_aside`; `following` is the next locator."""

    path: Path
    rows: int
    set_aside: list[SetAside]
    following: str | None

    def tables(self) -> Iterator[pa.Table]:
        """The page in pieces, all columns text."""
        return csv_pages.tables(self.path)


def create(org: Org, query: str) -> str:
    """Make a job over all rows, deleted and archived ones included; its path."""
    wanted = {
        "operation": "queryAll", "query": query, "contentType": "CSV", "columnDelimiter": "COMMA", "lineEnding": "LF",
    }  # fmt: skip
    try:
        made = org.post(org.jobs(), wanted).json()
    except Refusal as refusal:
        if _is_unsupported(refusal.message):
            raise NotInBulk from refusal
        raise
    return f"{org.jobs()}/{made['id']}"


def wait(org: Org, job: str, poll: timedelta) -> Iterator[None]:
    """Until the job is complete, asking now and then, at first soon and at last every `poll`; yields after each wait.

    Raises Lost where it is gone or was aborted, NotInBulk, and SourceError with the org's reason where it failed.
    """
    pause = min(_SOON, poll.total_seconds())
    while True:
        told = _state(org, job)
        match told["state"]:
            case "JobComplete":
                return
            case "Aborted":
                raise Lost("it was aborted")
            case "Failed":
                message = str(told.get("errorMessage") or "no reason given")
                if _is_unsupported(message):
                    raise NotInBulk
                raise Refusal(org.label, "a bulk job", 400, _code_in(message), message)
        if org.now - soql.moment(told["createdDate"]) > _LONGEST:
            raise SourceError(
                f"{org.label}: bulk job {told['id']} is not ready after {_LONGEST.days} day; look at 'Bulk Data Load"
                " Jobs' in Setup; the next run goes on with it"
            )
        org.sleep(pause)
        yield
        pause = min(2 * pause, poll.total_seconds())


@contextmanager
def results(org: Org, job: str, locator: str | None, folder: Path) -> Iterator[Results]:
    """A page of a finished job, whole: as many rows as the org says it sent. Off the disk again at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{job.rpartition('/')[2]}.csv"
    asked = f"{job}/results?maxRecords={PAGE}" + (f"&locator={quote(locator, safe='')}" if locator else "")
    try:
        yield _downloaded(org, asked, path)
    finally:
        path.unlink(missing_ok=True)


def _downloaded(org: Org, asked: str, path: Path) -> Results:
    wrong = ""
    for _ in range(_DOWNLOADS):
        try:
            headers = org.download(asked, path)
        except Refusal as refusal:
            raise Lost(str(refusal)) from refusal
        told = int(headers["Sforce-NumberOfRecords"])
        following = headers.get("Sforce-Locator", "null")
        try:
            rows, damaged = csv_pages.count(path)
        except pa.ArrowInvalid as error:
            wrong = f"a page that is no CSV ({error})"
            continue
        if rows + len(damaged) == told:
            return Results(path, rows, damaged, None if following == "null" else following)
        wrong = f"{rows + len(damaged):,} rows where it told of {told:,}"
    raise SourceError(f"{org.label} sent {wrong} {_DOWNLOADS} times over; the next run asks again")


def _state(org: Org, job: str) -> Any:
    try:
        return org.get(job).json()
    except Refusal as refusal:
        if refusal.status in (404, 409, 410):
            raise Lost(str(refusal)) from refusal
        raise


def _is_unsupported(message: str) -> bool:
    """`Entity 'CaseStatus' is not supported by the Bulk API.` (of the Bulk Query API, in older orgs)."""
    return "is not supported by the bulk" in message.lower()


def _code_in(message: str) -> str:
    """`InvalidBatch : Failed to process query: INVALID_FIELD: No such column …` → INVALID_FIELD."""
    words = (word.strip() for word in message.split(":"))
    return next((word for word in words if word.isupper() and "_" in word and " " not in word), "")
