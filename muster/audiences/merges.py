"""Merged ids in memberships: who was in under an id that was merged away is in under the one that lives on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from pyroaring import BitMap

from muster import sql
from muster.snapshot import Snapshot


@dataclass(frozen=True)
class Merges:
    """Ordinals of merged ids → those that live on in their place, at the end of any chain."""

    kept: Mapping[int, int]

    @classmethod
    def of(cls, snapshot: Snapshot, entity: str) -> Merges:
        """The merges of `person` or `account` as a snapshot has them."""
        return cls(merged_ordinals(snapshot, entity))

    @cached_property
    def gone(self) -> BitMap:
        return BitMap(self.kept)

    def follow(self, members: BitMap) -> BitMap:
        """The members under the ordinals that live on."""
        merged = members & self.gone
        return (members - merged) | BitMap(self.kept[ordinal] for ordinal in merged) if merged else members


def merged_ordinals(snapshot: Snapshot, entity: str) -> dict[int, int]:
    """Ordinals of merged ids of `person` or `account` → the one that lives on, at the end of any chain."""
    register = sql.scan(snapshot.register(entity))
    with sql.connect() as connection:
        rows = connection.execute(f"""
            with gone as (select distinct ord, merged_into from {register} where merged_into is not null)
            select distinct gone.ord, kept.ord from gone
            inner join (select id, ord from {register} where id in (select merged_into from gone)) as kept
                on kept.id = gone.merged_into
        """).fetchall()
    step = {int(gone): int(kept) for gone, kept in rows}
    return {gone: _end_of(gone, step) for gone in step}


def follow(members: BitMap, merged: Mapping[int, int]) -> BitMap:
    """The members under the ordinals that live on."""
    return Merges(merged).follow(members)


def _end_of(start: int, step: Mapping[int, int]) -> int:
    seen, at = {start}, step[start]
    while at in step and at not in seen:
        seen.add(at)
        at = step[at]
    return at
