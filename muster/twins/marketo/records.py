"""Rows written by the twin itself, in the store's form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from muster.twins.store import Store

#: The column of loaded rows whose 'true' marks a deleted record.
DELETED = "isDeleted"


def mark_deleted(store: Store, object_: str, records: Sequence[Mapping[str, str | None]]) -> None:
    """Mark records deleted, with what else these rows change; all of one shape, the key among it."""
    if records:
        columns = {name: pa.array([record[name] for record in records], pa.string()) for name in records[0]}
        gone = pa.array(["true"] * len(records), pa.string())
        store.load(object_, pa.table({**columns, DELETED: gone}), deleted=DELETED)


def next_id(store: Store, object_: str, first: int = 1001) -> int:
    """One more than the highest id of an object whose ids are numbers."""
    highest = store.value(f"select max(try_cast(id as bigint)) from {object_}")
    return max((highest or 0) + 1, first)
