"""Where a read by a cursor column goes on from, so that nothing is passed over that was committed late."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from muster.connectors.postgres.relation import Column, Relation
from muster.connectors.postgres.session import Connection, value_of
from muster.connectors.sync.stream import Position
from muster.sql import literal


class Place:
    """The place after each piece of a read: `{"cursor": <the last value>, "seen": <the server's time of the read>}`.

    It stays before the first row that is unsettled: written by a transaction younger than the oldest one that was open
    when this read began, for that one may yet commit rows that belong before it.
    """

    def __init__(self, connection: Connection, relation: Relation, cursor: Column, position: Position | None) -> None:
        self._cursor, self._position, self._held = cursor, position, False
        self._seen = str(value_of(connection, "select now()"))
        oldest = value_of(connection, "select txid_snapshot_xmin(txid_current_snapshot()) % 4294967296")
        young = f"age(relation.xmin) between 0 and age({literal(str(oldest))}::xid)"
        self.unsettled = young if relation.xmin else "false"

    def after(self, table: pa.Table, unsettled: pa.ChunkedArray) -> Position | None:
        """The place after some more rows; `unsettled` says of each whether it is."""
        if self._held:
            return self._position
        first = pc.index(unsettled, "true").as_py()
        self._held = first >= 0
        passed = table[self._cursor.name].slice(0, first if self._held else None).drop_null()
        if len(passed):
            self._position = {"cursor": passed[-1].as_py(), "seen": self._seen}
        return self._position


def beginning(cursor: Column, position: Position | None, overlap: float, since: str | None) -> str:
    """The condition on the rows to read; those without a cursor are read by themselves.

    Times are read again from `overlap` seconds before the last, and a time yet to come in some row is no last one.
    Of numbers and texts the last value is read again, for other rows may have come that share it.
    """
    cast = f"::{cursor.type}"
    if position is None:
        return (
            f"{cursor.alias} >= {literal(since)}{cast}" if since and cursor.is_time else f"{cursor.alias} is not null"
        )
    if not cursor.is_time:
        return f"{cursor.alias} >= {literal(position['cursor'])}{cast}"
    last = f"least({literal(position['cursor'])}{cast}, {literal(position['seen'])}{cast})"
    return f"{cursor.alias} >= ({last} - interval '{overlap} seconds'){cast}"
