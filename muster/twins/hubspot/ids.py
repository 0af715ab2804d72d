"""Record ids of an object in their numeric order, for paging without a sort of the whole table."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from threading import Lock

from muster.sql import identifier
from muster.twins.store import Store

#: The id of the first record of an empty account.
FIRST = 101


class Ids:
    """All ids ever given, archived ones as well; they are numbers written as text."""

    def __init__(self, store: Store, table: str, key: str) -> None:
        self._store, self._table, self._key, self._lock = store, table, key, Lock()
        self._ids = array("q")
        self.reload()

    def reload(self) -> None:
        """After rows came in by a load."""
        found = self._store.query(
            f"select try_cast({identifier(self._key)} as bigint) as id from {identifier(self._table)} "
            "where id is not null order by id"
        )
        with self._lock:
            self._ids = array("q", found["id"].to_pylist())

    def fresh(self) -> str:
        """A new id, greater than all before."""
        with self._lock:
            self._ids.append(max(self._ids[-1] + 1, FIRST) if self._ids else FIRST)
            return str(self._ids[-1])

    def after(self, last: int, count: int) -> list[str]:
        """The next ids behind `last`, at most `count`."""
        with self._lock:
            start = bisect_right(self._ids, last)
            return [str(each) for each in self._ids[start : start + count]]
