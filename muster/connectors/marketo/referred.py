"""Records that no call lists: they are asked for by ids that records of another object name.

New ids are asked for at once; all of them again as often as their calls allow, compared by content.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from muster.connectors.marketo import times
from muster.connectors.marketo.api import BATCH
from muster.connectors.marketo.base import MarketoStream
from muster.connectors.marketo.instance import estimate_calls
from muster.connectors.marketo.pages import DELETED, gone, nothing, table_of
from muster.connectors.sync.stream import Chunk, Estimate, Position


class Reference(NamedTuple):
    """The field to ask by, and the object and column whose values are asked for."""

    filter: str
    object: str
    column: str


class Referred(MarketoStream):
    """A stream of such records; to be read after those that refer to them.

    `key` is the id that each record has. Of `references` the first counts whose column has values.
    """

    path: ClassVar[str]
    describe: ClassVar[str]
    key: ClassVar[str]
    references: ClassVar[Sequence[Reference]]

    def fields(self) -> Mapping[str, str]:
        described = self.described(self.describe)
        return {self.key: "", **described.fields} if described else {}

    def estimate(self, position: Position | None) -> Estimate:
        reference = self._reference()
        wanted = self._known.values(reference.object, reference.column)
        return estimate_calls(1 + len(wanted) // BATCH, f"what {reference.object.replace('_', ' ')} refer to")

    def read(self, position: Position | None) -> Iterator[Chunk]:
        fields = list(self.fields())
        if not fields:
            return
        state, now, columns = dict[str, Any](position or {}), self._api.now, [*fields, DELETED]
        is_whole = self._instance.cadence.is_due(times.read_or_none(state.get("listed")), now, state.get("calls", 0))
        reference = self._reference() if is_whole else next(r for r in self.references if r.filter == state["by"])
        seen = self._known.newest(reference.object)
        wanted = self._known.values(reference.object, reference.column, after="" if is_whole else state["seen"])
        known = self._known.values(self.name, reference.filter) if wanted or is_whole else []
        asked = {*wanted, *known} if is_whole else {*wanted} - {*known}
        for values, found in self.by_values(self.path, reference.filter, sorted(asked), fields):
            yield Chunk(table_of(found, columns))
            if reference.filter == self.key:  # it is known now that there is none: not to be asked for each time
                there = {str(each[self.key]) for each in found}
                yield Chunk(gone([{self.key: each} for each in values if each not in there], columns))
        state |= {"seen": seen, "by": reference.filter}
        if is_whole:
            state |= {"listed": times.written(now), "calls": -(-len(asked) // BATCH)}
        yield Chunk(nothing(columns), state, whole={} if is_whole and asked else None)

    def _reference(self) -> Reference:
        return next((r for r in self.references if self._known.has(r.object, r.column)), self.references[-1])
