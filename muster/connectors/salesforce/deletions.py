"""Hard deletions, which leave no row that a query would give.

The org keeps a log of what was deleted (`/deleted`, REST API Developer Guide "Get Deleted"), for 15 days at most and
less where it is long. Soft-deleted records stand in it too; these still come as rows and are left to them. Where the
log does not reach back far enough, all ids are listed, and what the lake has besides is gone.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pyarrow as pa

from muster.connectors.salesforce import jobs, soql
from muster.connectors.salesforce.client import Page, Refusal
from muster.connectors.salesforce.describe import Subject
from muster.connectors.salesforce.history import Manner
from muster.connectors.salesforce.position import Place
from muster.connectors.salesforce.present import PASSING
from muster.connectors.sync.stream import Chunk
from muster.errors import SourceError

#: The log answers so far back at most.
LOG = timedelta(days=15)
#: How often all ids are listed where the org keeps no log, or none that the user may read. (Our decision.)
LISTED = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_UNTOLD = frozenset({"INVALID_REPLICATION_DATE", "EXCEEDED_ID_LIMIT"})
_AT_ONCE = 300
_LISTINGS = 3
_NO_ROWS = pa.table({})


def deletions(subject: Subject, place: Place, manner: Manner, began: datetime) -> Generator[Chunk, None, Place]:
    """What was deleted since `place.covered`; the place from which it is known.

    That is not later than `began`, when the pass before this began: what was deleted behind its back is asked for
    again.
    """
    start = _minute(soql.moment(place.covered or soql.stamp(began)))
    end = _minute(subject.org.now)
    if end - start < _MINUTE:
        return place
    try:
        log = _log(subject, start, end) if subject.described.keeps_log and end - start < LOG else None
    except Refusal as refusal:
        log = None
        if refusal.code not in _UNTOLD and end - start < LISTED:
            return place  # the user may not read the log
    if log is None and not subject.described.keeps_log and end - start < LISTED:
        return place
    if log is None:
        return (yield from _compare(subject, place, manner, began))
    ids, covered = log
    place = replace(place, covered=soql.stamp(max(start, min(covered, began))))
    for id_ in _vanished(subject, ids, start - manner.overlap):
        yield Chunk(_NO_ROWS, whole={"Id": id_})  # all there is of this record has been given: nothing
    yield Chunk(_NO_ROWS, place.told)
    return place


def _log(subject: Subject, start: datetime, end: datetime) -> tuple[list[str], datetime] | None:
    """The ids in the log, and until when it is complete; None where it does not reach back to `start`."""
    told = subject.org.deleted(subject.name, start, end)
    earliest = told.get("earliestDateAvailable")
    if earliest and _minute(soql.moment(earliest)) > start:
        return None
    return [str(each["id"]) for each in told["deletedRecords"]], soql.moment(told["latestDateCovered"])


def _vanished(subject: Subject, ids: Sequence[str], since: datetime) -> Iterator[str]:
    """Those that no query gives any more: not the soft-deleted, and not what was restored."""
    if not ids:
        return
    left = dict.fromkeys(ids)
    if "IsDeleted" in subject.described.fields and subject.stamp:
        conditions = ["IsDeleted = true", *soql.since(subject.stamp, soql.stamp(since))]
        soft = _ids(subject, conditions)
        left = dict.fromkeys(id_ for id_ in left if id_ not in soft)
    wanted = list(left)
    for first in range(0, len(wanted), _AT_ONCE):
        asked = wanted[first : first + _AT_ONCE]
        visible = _ids(subject, [f"Id IN {soql.texts(asked)}"])
        yield from (id_ for id_ in asked if id_ not in visible)


def _ids(subject: Subject, conditions: Sequence[str]) -> set[str]:
    query, wrong = soql.select(["Id"], subject.name, conditions), ""
    for _ in range(_LISTINGS):
        try:
            return {str(record["Id"]) for page in _pages(subject, query) for record in page.records}
        except Refusal as refusal:
            if refusal.code not in PASSING:
                raise
            wrong = str(refusal)
    raise SourceError(wrong)


def _pages(subject: Subject, query: str) -> Iterator[Page]:
    page = subject.org.query(query)
    yield page
    while page.next is not None:
        page = subject.org.more(page.next)
        yield page


def _compare(subject: Subject, place: Place, manner: Manner, began: datetime) -> Generator[Chunk, None, Place]:
    """All ids there are, those of the recycle bin among them."""
    wrong = ""
    for _ in range(_LISTINGS):
        try:
            for table in _listing(subject, manner):
                yield Chunk(table, names_only=True)
        except (jobs.Lost, Refusal) as failed:
            wrong = str(failed)
            continue
        place = replace(place, covered=soql.stamp(began))
        yield Chunk(_NO_ROWS, place.told, whole={})
        return place
    raise SourceError(f"{subject.org.label} did not list {subject.name}, {_LISTINGS} times over, last: {wrong}")


def _listing(subject: Subject, manner: Manner) -> Iterator[pa.Table]:
    """A column of ids in pieces, by REST or, where there are many, by a bulk job. Raises as these do."""
    query, given, total = soql.select(["Id"], subject.name), 0, 0
    for page in _pages(subject, query):
        total = page.total
        if given == 0 and page.next is not None and total >= manner.bulk_from:
            with suppress(jobs.NotInBulk):
                yield from _listed_by_job(subject, query, manner)
                return
        given += len(page.records)
        yield pa.table({"Id": pa.array([record["Id"] for record in page.records], pa.string())})
    if given < total:
        raise jobs.Lost(f"{given:,} ids where {total:,} were told")


def _listed_by_job(subject: Subject, query: str, manner: Manner) -> Iterator[pa.Table]:
    job, locator = jobs.create(subject.org, query), None
    for _waited in jobs.wait(subject.org, job, manner.poll):
        pass
    while True:
        with jobs.results(subject.org, job, locator, manner.folder) as page:
            yield from page.tables()
            if page.set_aside:
                raise jobs.Lost(f"{len(page.set_aside):,} ids cannot be read")
            locator = page.following
        if locator is None:
            return


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
