"""What one version of membership changed against the one before: who came, who left, who was merged into whom."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
from pyroaring import BitMap

from muster.audiences.membership import Membership


@dataclass(frozen=True)
class Moves:
    """Ordinals by what became of them.

    `merged` of those who were in are now somebody else, who thereby is in; `taken` are those of them who were not in
    before. Neither is an entry or an exit. `old` and `new` are the classes before and after: where an audience turns
    from people to accounts everybody leaves.
    """

    old: str
    new: str
    entered: BitMap
    exited: BitMap
    merged: Mapping[int, int]
    taken: BitMap

    def rows(self) -> Iterator[tuple[str, str, pa.Array, pa.Array | None]]:
        """(event, class, ordinals, the others they were merged into or from)."""
        yield "entered", self.new, _numbers(self.entered), None
        yield "exited", self.old, _numbers(self.exited), None
        yield "merged_away", self.old, _numbers(self.merged), _numbers(self.merged.values())
        yield "merged_in", self.new, _numbers(self.taken), None


def moves(before: Membership | None, after: Membership, merged: Mapping[str, Mapping[int, int]]) -> Moves:
    """The moves from `before` (None: there was none) to `after`; `merged` as of the snapshot in force, by class."""
    now_in = after.members
    if before is None:
        return Moves(after.entity, after.entity, now_in, BitMap(), {}, BitMap())
    was_in = before.members
    if before.entity != after.entity:
        return Moves(before.entity, after.entity, now_in, was_in, {}, BitMap())
    step = merged[after.entity]
    gone = {ordinal: step[ordinal] for ordinal in (was_in & BitMap(step)) - now_in}
    kept = BitMap(gone.values())
    last = (was_in - BitMap(gone)) | kept
    return Moves(after.entity, after.entity, now_in - last, last - now_in, gone, kept - was_in)


def _numbers(ordinals: Iterable[int]) -> pa.Array:
    numbers = array("I", ordinals)
    return pa.Array.from_buffers(pa.uint32(), len(numbers), [None, pa.py_buffer(numbers)])
