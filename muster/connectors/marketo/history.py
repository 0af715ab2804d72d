"""A history by bulk extract: its pieces one after another, a few jobs ahead, resumable at each piece."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import asdict, dataclass, field
from typing import Any

from muster.connectors.http.errors import QuotaSpent
from muster.connectors.marketo.bulk import Extracts, Job, Ready, batches, is_full
from muster.connectors.marketo.pages import nothing, shaped
from muster.connectors.marketo.plans import Piece, Plan
from muster.connectors.marketo.refusals import Refused
from muster.connectors.sync.stream import Chunk, Position

#: Jobs of ours in the queue at once: two run, one waits. The queue of ten is shared with everybody. (Our decision.)
AHEAD = 3

#: Makes the stream's position of a history's state.
Positioned = Callable[[Mapping[str, Any]], Position]


@dataclass
class History:
    """What is left of a history: the plan of pieces to begin, and the jobs that are begun, in order.

    `kind` is the object in the paths of extracts (`leads`, `program/members`); `fields` are those to ask for, none for
    the vendor's default, `columns` those of the tables.
    """

    extracts: Extracts
    kind: str
    plan: Plan
    fields: Sequence[str]
    columns: Sequence[str]
    jobs: list[Job] = field(default_factory=list)

    @property
    def state(self) -> Mapping[str, Any]:
        return {"plan": self.plan.state, "jobs": [asdict(job) for job in self.jobs]}

    @property
    def left(self) -> int:
        """How many pieces are still to come."""
        return len(self.jobs) + self.plan.left

    def read(self, position: Positioned) -> Iterator[Chunk]:
        """All that is left. A chunk without rows tells of each job as soon as it exists.

        QuotaSpent where the day has no megabytes left: all pieces before are read then, and a later run goes on.
        """
        while True:
            yield from self._begin(position)
            if not self.jobs:
                return
            job = self.jobs[0]
            ready = yield from self._wait(job, position)
            why = (yield from self._rows(job, ready)) if isinstance(ready, Ready) else ready
            if why:
                self.jobs[0] = self.extracts.again(self.kind, job, why, self.fields)
                yield self._moved(position)
                self.extracts.enqueue(self.kind, self.jobs[0])
            else:
                self.jobs.pop(0)
                yield self._moved(position)

    def _begin(self, position: Positioned) -> Iterator[Chunk]:
        """Create and queue jobs for the next pieces; what the day has no megabytes for stays in the plan."""
        since = time.monotonic()
        while len(self.jobs) < AHEAD:
            before = copy(self.plan)
            piece = self.plan.take()
            if piece is None:
                return
            try:
                job = self.extracts.create(self.kind, piece.name, piece.filter, self.fields)
            except QuotaSpent:
                self.plan = before
                if self.jobs:
                    return
                raise
            except Refused as refused:
                self.plan = before
                if not is_full(refused):
                    raise
                if self.jobs:
                    return
                yield self._moved(position, "waiting for a place in the queue")
                self.extracts.rest(since, "the queue of extracts is full")
                continue
            self.jobs.append(job)
            yield self._moved(position)
            try:
                self.extracts.enqueue(self.kind, job)
            except QuotaSpent:
                if len(self.jobs) == 1:
                    raise
                return

    def _wait(self, job: Job, position: Positioned) -> Generator[Chunk, None, Ready | str]:
        """Tells the position at each look: it is to be kept however long this takes."""
        looks = self.extracts.wait(self.kind, job)
        while True:
            try:
                yield self._moved(position, f"bulk/{self.kind}/{job.name} ({next(looks)})")
            except StopIteration as ended:
                result: Ready | str = ended.value
                return result

    def _rows(self, job: Job, ready: Ready) -> Generator[Chunk, None, str]:
        """The rows of a finished job; returns why it has to be made anew, blank where it has not."""
        rows = 0
        if ready.records != 0:
            with self.extracts.file(self.kind, job, ready) as path:
                if path is None:
                    return "its file does not come, or not as it was told"
                for batch in batches(path):
                    rows += batch.table.num_rows + len(batch.set_aside)
                    table = shaped(batch.table, self.columns)
                    yield Chunk(table, file=f"bulk/{self.kind}/{job.name}", set_aside=batch.set_aside)
        if ready.records is not None and rows != ready.records:
            return f"the file has {rows} records where {ready.records} were told"
        self.plan.done(Piece(job.name, job.filter), rows, ready.size or 0)
        return ""

    def _moved(self, position: Positioned, told: str = "") -> Chunk:
        return Chunk(nothing(self.columns), position(self.state), told)


def jobs_of(state: Mapping[str, Any]) -> list[Job]:
    """The jobs that a position knows."""
    return [Job(**told) for told in state.get("jobs", ())]
