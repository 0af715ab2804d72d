"""What became of a profile's id, and what is still open about its records; both only in snapshots that keep them."""

from __future__ import annotations

from muster.identity.profile.model import Kind, Row, Section
from muster.identity.profile.reader import Reader

SHOWN = 25
CASE = ("kind", "left_name", "right_name", "left_key", "right_key", "probability", "reason", "evidence")


def past_and_open(reader: Reader, kind: Kind, identifier: str, records: Section) -> dict[str, Section]:
    """The sections `history` (merges and splits) and `open questions` (pairs that wait for somebody to decide)."""
    keys = [_key(row) for row in records.rows]
    return {"history": _history(reader, kind, identifier), "open questions": _open(reader, keys)}


def _key(row: Row) -> str:
    return str(next(iter(row.values())))


def _history(reader: Reader, kind: Kind, identifier: str) -> Section:
    if not reader.has("identity_history"):
        return Section.of([])
    query = f"""
        select happened_at, event, id, other_id, cause from {reader.table("identity_history")}
        where kind = $kind and event in ('merge', 'split') and (id = $id or other_id = $id)
        order by happened_at desc, other_id
    """
    return Section(*reader.some(query, SHOWN, kind=kind, id=identifier))


def _open(reader: Reader, keys: list[str]) -> Section:
    if not reader.has("review_case"):
        return Section.of([])
    query = f"""
        select {reader.chosen("review_case", CASE)} from {reader.table("review_case")}
        where is_open and (list_contains($keys, left_key) or list_contains($keys, right_key))
        order by probability desc nulls last, left_key, right_key
    """
    return Section(*reader.some(query, SHOWN, keys=keys))
