"""Merged ids in memberships: who was in under an id that was merged away is in under the one that lives on."""

from __future__ import annotations

from collections.abc import Mapping

from pyroaring import BitMap

from muster import sql
from muster.snapshot import Snapshot


def merged_ordinals(snapshot: Snapshot, entity: str) -> dict[int, int]:
    """Ordinals of merged ids of `person` or `account` → the one that lives on, at the end of any chain."""
    register = sql.scan(snapshot.register(entity))
    with sql.connect() as connection:
        rows = connection.execute(f"""
            select distinct gone.ord, kept.ord from {register} as gone
            inner join (select distinct id, ord from {register}) as kept on kept.id = gone.merged_into
        """).fetchall()
    step = {int(gone): int(kept) for gone, kept in rows}
    return {gone: _end_of(gone, step) for gone in step}


def _end_of(start: int, step: Mapping[int, int]) -> int:
    seen, at = {start}, step[start]
    while at in step and at not in seen:
        seen.add(at)
        at = step[at]
    return at


def follow(members: BitMap, merged: Mapping[int, int]) -> BitMap:
    """The members under the ordinals that live on."""
    gone = members & BitMap(merged)
    return (members - gone) | BitMap(merged[ordinal] for ordinal in gone)
