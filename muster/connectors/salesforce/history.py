"""Much of an object at once, by a Bulk API 2.0 query job: history, and what a long pause has left to read.

A job is remembered in the position from the moment it is made, and so is each page of its results: a killed run goes
on with the same job at the same page.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from muster.connectors.salesforce import jobs, soql
from muster.connectors.salesforce.client import Refusal
from muster.connectors.salesforce.describe import Subject
from muster.connectors.salesforce.position import Place
from muster.connectors.sync.stream import Chunk
from muster.errors import SourceError

_JOBS = 4
_NO_ROWS = pa.table({})


@dataclass(frozen=True)
class Manner:
    """How to read: by jobs `bulk_from` rows on, asking for them every `poll`; `folder` is for pages on their way."""

    bulk_from: int
    poll: timedelta
    overlap: timedelta
    folder: Path


def by_bulk(subject: Subject, place: Place, manner: Manner) -> Generator[Chunk, None, Place]:
    """All rows since `place.since`, from the job that is on its way or a new one; the place behind them.

    A job that was lost, aborted or failed is made anew, a few times. Raises jobs.NotInBulk before any row.
    """
    org, reason = subject.org, ""
    for _ in range(_JOBS):
        try:
            job = place.job or jobs.create(org, subject.select(soql.since(subject.stamp, place.since)))
            if job != place.job:
                place = replace(place, job=job, locator=None, after=None)
                yield Chunk(_NO_ROWS, subject.position(place))
            for _waited in jobs.wait(org, job, manner.poll):
                yield Chunk(_NO_ROWS, subject.position(place), _file(subject, job))
            return (yield from _pages(subject, place, manner))
        except jobs.Lost as lost:
            reason = str(lost)
        except Refusal as refusal:
            if refusal.code == "LIMIT_EXCEEDED":
                raise
            reason = str(refusal)
            subject.refresh()
        place = replace(place, job=None, locator=None)
    raise SourceError(f"{org.label} did not finish {_JOBS} bulk jobs over {subject.name}, last: {reason}")


def newest(table: pa.Table, stamp: str | None) -> str | None:
    """The newest time of change among some rows."""
    told: str | None = pc.max(table[stamp]).as_py() if stamp in table.column_names else None
    return told


def _pages(subject: Subject, place: Place, manner: Manner) -> Generator[Chunk, None, Place]:
    while place.job:
        file = _file(subject, place.job)
        with jobs.results(subject.org, place.job, place.locator, manner.folder) as page:
            values = subject.values
            for texts in page.tables():
                table = values.of_columns(texts)
                place = place.seen(newest(table, subject.stamp))
                yield Chunk(table, file=file)
            if page.following is None:
                yield Chunk(_NO_ROWS, file=file, set_aside=page.set_aside)
                return place
            place = replace(place, locator=page.following)
            yield Chunk(_NO_ROWS, subject.position(place), file, page.set_aside)
    return place


def _file(subject: Subject, job: str) -> str:
    return f"bulk/{subject.name}/{job.rpartition('/')[2]}"
