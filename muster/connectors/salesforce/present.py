"""One pass over an object: what changed since the last, in the order of its change.

    SELECT … FROM X WHERE SystemModstamp >= (last − overlap) ORDER BY SystemModstamp, Id

through `queryAll`, so that soft-deleted records come with `IsDeleted`, the losers of merges with `MasterRecordId`, and
archived activities too. A pass of many rows is left to a bulk job (`history`).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import pyarrow as pa

from muster.connectors.salesforce import soql
from muster.connectors.salesforce.client import Page, Refusal
from muster.connectors.salesforce.describe import Subject
from muster.connectors.salesforce.history import Manner, by_bulk, newest
from muster.connectors.salesforce.jobs import NotInBulk
from muster.connectors.salesforce.position import Place
from muster.connectors.sync.stream import Chunk
from muster.errors import SourceError

#: Refusals of a query that may be none the next time.
PASSING = frozenset({"INVALID_QUERY_LOCATOR", "QUERY_TIMEOUT"})
_CURSORS = 4


def one_pass(subject: Subject, place: Place, manner: Manner, *, is_last: bool = False) -> Generator[Chunk, None, Place]:
    """What changed since `place.since`, or what is left of a pass under way; the place where the next pass begins.

    Where a job took longer than the overlap, another pass follows it, unless this `is_last`.
    """
    is_first = place.began is None and place.covered is None
    place = place.begun(soql.stamp(subject.org.now))
    by_job, page = place.job is not None, None
    if not by_job and place.after is None:
        by_job, page = _is_much(subject, place, manner, is_first)
    if by_job:
        try:
            place = yield from by_bulk(subject, place, manner)
        except NotInBulk:
            place = replace(place, job=None, locator=None)
        else:
            took = subject.org.now - soql.moment(str(place.began))
            place = place.through(manner.overlap)
            if is_last or not subject.stamp or took < manner.overlap:
                return place
            yield Chunk(pa.table({}), place.told)
            return (yield from one_pass(subject, place, manner, is_last=True))
    place = yield from _by_query(subject, place, page)
    return place.through(manner.overlap)


def _is_much(subject: Subject, place: Place, manner: Manner, is_first: bool) -> tuple[bool, Page | None]:
    """Whether a pass is for a bulk job; a page that was asked for to see it is its first otherwise.

    The first pass is counted; later ones are mostly one page, which tells how many rows are behind it.
    """
    if is_first:
        rows = subject.count(soql.since(subject.stamp, place.since))
        return rows is None or rows >= manner.bulk_from, None
    try:
        page = _first(subject, place)
    except Refusal as refusal:
        if refusal.code != "QUERY_TIMEOUT":
            raise
        return True, None  # a job has more time
    return page.next is not None and page.total >= manner.bulk_from, page


def _by_query(subject: Subject, place: Place, page: Page | None) -> Generator[Chunk, None, Place]:
    """Cursor after cursor, until one gave all the rows that it told of.

    A cursor that is gone, or took too long, is followed by one behind the last row; one whose pages were short of rows
    by the same again, for they may be missing anywhere.
    """
    failed, wrong = 0, ""
    while failed < _CURSORS:
        subject.org.sleep(failed)
        start, given = place, 0
        try:
            page = page or _first(subject, place)
            total = page.total
            while True:
                table = subject.values.of_records(page.records)
                given += table.num_rows
                place = _behind(place, table, subject.stamp)
                yield Chunk(table, subject.position(place))
                if page.next is None:
                    break
                page = subject.org.more(page.next)
        except Refusal as refusal:
            if refusal.code not in PASSING:
                raise
            page, wrong = None, str(refusal)
            failed = failed + 1 if place.after == start.after else 0
            continue
        if given == total:
            return place
        page, wrong = None, f"{given:,} rows where {total:,} were told"
        failed, place = failed + 1, replace(start, newest=place.newest)
    raise SourceError(f"{subject.org.label} did not give all of {subject.name}, {_CURSORS} times over, last: {wrong}")


def _first(subject: Subject, place: Place) -> Page:
    """The first page behind a place. A field that is not there any more is left out, after another look."""
    try:
        return subject.org.query(_query(subject, place))
    except Refusal as refusal:
        if refusal.code != "INVALID_FIELD":
            raise
        subject.refresh()
        return subject.org.query(_query(subject, place))


def _query(subject: Subject, place: Place) -> str:
    order = [subject.stamp, "Id"] if subject.stamp else ["Id"]
    return subject.select(soql.since(subject.stamp, place.since, place.after), order)


def _behind(place: Place, table: pa.Table, stamp: str | None) -> Place:
    """Behind the rows of a page.

    A row that changes while it is being read bears a time later than the pass, out of order: no cursor goes on behind
    such a row.
    """
    if not stamp or not table.num_rows:
        return place
    place = place.seen(newest(table, stamp))
    last, id_ = table[stamp][-1].as_py(), table["Id"][-1].as_py()
    return replace(place, after=(last, id_)) if last < (place.began or "") else place
