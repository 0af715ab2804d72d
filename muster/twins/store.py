"""The records of a twin: a DuckDB table an object, all vendor columns text, quick for one record and for millions.

Beside the vendor's columns each row has `_modified` (twin time of its last change, UTC without zone), `_deleted` and
`_seq`, which numbers all changes of the store in their order.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from muster.sql import identifier, literal
from muster.twins.clock import Clock

Key = str | tuple[str, ...]
Record = Mapping[str, str | None]
Parameters = Sequence[Any] | Mapping[str, Any] | None

#: Every row has these beside the vendor's columns.
OWN = {"_modified": "timestamp", "_deleted": "boolean", "_seq": "bigint"}
_BATCH = 10_000
#: Memory of a store with a file; what is beyond stays on the disk.
_MEMORY = "1GB"
#: Up to so many records go in one by one.
_FEW = 8


class Store:
    """In memory, or in `path`, where the next store finds it again. Safe between threads.

    Writes go one after another; `writing` makes several of them, and the reads between, one.
    """

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        self.clock = clock
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._database = duckdb.connect(str(path or ":memory:"), config={"memory_limit": _MEMORY} if path else {})
        self._local = threading.local()
        self._lock = threading.RLock()
        self._writing = False
        self._keys: dict[str, tuple[str, ...]] = {}
        self._columns: dict[str, dict[str, None]] = {}  # ordered sets
        self._seq = 0

    def define(self, object_: str, key: Sequence[str], *, columns: Iterable[str] = (), indexed: bool = True) -> None:
        """Have a table for the object, with these columns from the start; what is there already is kept.

        An index makes single records quick; histories of millions, which are only added to and scanned, go without.
        """
        wanted = dict.fromkeys([*key, *columns])
        fields = ", ".join([*(f"{identifier(name)} varchar" for name in wanted), *(f"{n} {t}" for n, t in OWN.items())])
        unique = f", primary key ({_names(key)})" if key and indexed else ""
        with self._lock:
            self._cursor.execute(f"create table if not exists {identifier(object_)} ({fields}{unique})")
            self._keys[object_] = tuple(key)
            there = self._cursor.execute(f"describe {identifier(object_)}").fetchall()
            self._columns[object_] = dict.fromkeys(str(row[0]) for row in there if row[0] not in OWN)
            self._have(object_, wanted)
            self._seq = max(self._seq, self.value(f"select max(_seq) from {identifier(object_)}") or 0)

    @property
    def objects(self) -> list[str]:
        return list(self._keys)

    def columns(self, object_: str) -> list[str]:
        """The vendor's columns known so far, in the order they came."""
        return list(self._columns[object_])

    def key(self, object_: str) -> tuple[str, ...]:
        return self._keys[object_]

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, alone among the writers; an error inside takes everything in it back. Nests."""
        with self._lock:
            if self._writing:
                yield
                return
            before = {object_: dict(names) for object_, names in self._columns.items()}
            self._cursor.execute("begin")
            self._writing = True
            try:
                yield
                self._cursor.execute("commit")
            except BaseException:
                self._columns = before
                self._cursor.execute("rollback")
                raise
            finally:
                self._writing = False

    def load(self, object_: str, table: pa.Table, *, deleted: str = "", at: datetime | None = None) -> int:
        """Add or replace records by key; columns that the table does not have keep what they hold.

        All columns become text. `deleted` names a column whose 'true' marks a record deleted; a column `_deleted` of
        booleans does so too, and stays out of the record. `at` is the time of the change, now by default. Of records
        with one key the last counts. Returns the number of records.
        Raises ValueError where a record has no key.
        """
        names = [name for name in table.column_names if name not in OWN]
        for name in self._keys[object_]:
            if name not in names or table[name].null_count:
                raise ValueError(f"{object_}: a record without its key, {name}")
        fresh = _last_of_each(table, self._keys[object_])
        mark = deleted if deleted in names else "_deleted" if "_deleted" in table.column_names else None
        gone = f"coalesce(lower({identifier(mark)}::varchar) = 'true', false)" if mark else "false"
        moment = literal(str((at or self.clock.now()).astimezone(UTC).replace(tzinfo=None)))
        with self._lock:
            self._have(object_, names)
            first, self._seq = self._seq, self._seq + fresh.num_rows
            texts = ", ".join(f"{identifier(name)}::varchar as {identifier(name)}" for name in names)
            own = f"timestamp {moment} as _modified, {gone} as _deleted, row_number() over () + {first} as _seq"
            self._merge(object_, names, f"select {texts}, {own} from fresh", fresh)
        return int(table.num_rows)

    def upsert(self, object_: str, records: Iterable[Record], *, at: datetime | None = None) -> None:
        """Add or change a few records by key: only the columns that a record names change; a deleted one is back."""
        shapes: dict[tuple[str, ...], list[Record]] = {}
        for record in records:
            shapes.setdefault(tuple(record), []).append(record)
        with self.writing():
            for names, alike in shapes.items():
                if len(alike) > _FEW or not self._keys[object_]:
                    columns = {name: pa.array([record[name] for record in alike], pa.string()) for name in names}
                    self.load(object_, pa.table(columns), at=at)
                else:
                    self._have(object_, names)
                    for record in alike:
                        self._put(object_, record, at)

    def delete(self, object_: str, keys: Iterable[Key]) -> int:
        """Mark records deleted; returns how many were not before."""
        moment = self.clock.now().astimezone(UTC).replace(tzinfo=None)
        own, wanted = identifier(object_), self._wanted(object_, keys)
        with self.writing():
            first, self._seq = self._seq, self._seq + wanted.num_rows
            return self._changed(
                f"update {own} set _deleted = true, _modified = $moment, _seq = $first + wanted._at + 1 from wanted "
                f"where {self._same(object_, own)} and not {own}._deleted",
                {"moment": moment, "first": first},
                wanted,
            )

    def hard_delete(self, object_: str, keys: Iterable[Key]) -> int:
        """Remove records without a trace; returns how many there were."""
        own, wanted = identifier(object_), self._wanted(object_, keys)
        with self.writing():
            return self._changed(f"delete from {own} using wanted where {self._same(object_, own)}", None, wanted)

    def execute(self, sql: str, parameters: Parameters = None) -> None:
        """Any other writing statement, such as a COPY of a query to a file."""
        with self._lock:
            self._cursor.execute(sql, parameters)

    def get(self, object_: str, key: Key) -> dict[str, Any] | None:
        """The record with its own columns, deleted or not; None where there is none."""
        found = self.rows(f"select * from {identifier(object_)} where {self._is(object_)}", _tuple(key))
        return found[0] if found else None

    def get_many(self, object_: str, keys: Iterable[str]) -> list[dict[str, Any]]:
        """The records with these keys (of one column) that there are, in no certain order."""
        (key,) = self._keys[object_]
        wanted = list(dict.fromkeys(keys))
        if not wanted:
            return []
        marks = ", ".join("?" * len(wanted))
        return self.rows(f"select * from {identifier(object_)} where {identifier(key)} in ({marks})", wanted)

    def rows(self, sql: str, parameters: Parameters = None, **tables: pa.Table) -> list[dict[str, Any]]:
        """A small result, a dictionary a row; `tables` can be read in the query by their names."""
        cursor = self._cursor
        for name, table in tables.items():
            cursor.register(name, table)
        try:
            cursor.execute(sql, parameters)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            for name in tables:
                cursor.unregister(name)

    def value(self, sql: str, parameters: Parameters = None) -> Any:
        """The first value of the first row; None where there is no row."""
        rows = self._cursor.execute(sql, parameters).fetchall()
        return rows[0][0] if rows else None

    def query(self, sql: str, parameters: Parameters = None) -> pa.Table:
        return self._cursor.sql(sql, params=parameters).to_arrow_table()

    def batches(self, sql: str, parameters: Parameters = None) -> Iterator[pa.RecordBatch]:
        """A result of any size, piece by piece, as it was when this was called first."""
        cursor = self._database.cursor()
        try:
            cursor.execute("set timezone = 'UTC'")
            yield from cursor.sql(sql, params=parameters).to_arrow_reader(_BATCH)
        finally:
            cursor.close()

    def count(self, object_: str, *, deleted: bool = False) -> int:
        """Records of an object, with the deleted ones or without."""
        alive = "" if deleted else " where not _deleted"
        return int(self.value(f"select count(*) from {identifier(object_)}{alive}"))

    def close(self) -> None:
        self._database.close()

    @property
    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """One a thread: cursors cannot be shared."""
        cursor: duckdb.DuckDBPyConnection | None = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._database.cursor()
            cursor.execute("set timezone = 'UTC'")
        return cursor

    def _have(self, object_: str, names: Iterable[str]) -> None:
        for name in names:
            if name not in self._columns[object_]:
                self._cursor.execute(f"alter table {identifier(object_)} add column {identifier(name)} varchar")
                self._columns[object_][name] = None

    def _put(self, object_: str, record: Record, at: datetime | None) -> None:
        """One record, by the index: four times as quick as a merge."""
        self._seq += 1
        moment = (at or self.clock.now()).astimezone(UTC).replace(tzinfo=None)
        row: dict[str, Any] = {**record, "_modified": moment, "_deleted": False, "_seq": self._seq}
        key = self._keys[object_]
        changes = {name: value for name, value in row.items() if name not in key}
        assigned = ", ".join(f"{identifier(name)} = ?" for name in changes)
        update = f"update {identifier(object_)} set {assigned} where {self._is(object_)}"
        self._cursor.execute(update, [*changes.values(), *(row[name] for name in key)])
        if not self._changes():
            marks = ", ".join("?" * len(row))
            self._cursor.execute(
                f"insert into {identifier(object_)} ({_names(row)}) values ({marks})", list(row.values())
            )

    def _merge(self, object_: str, names: Sequence[str], rows: str, fresh: pa.Table) -> None:
        """Put `rows`, a query on the table `fresh` (DuckDB finds it by this name), into the object's table."""
        key = self._keys[object_]
        every = [*names, *OWN]
        if not key:
            self._cursor.execute(f"insert into {identifier(object_)} by name {rows}")
            return
        same = " and ".join(f"old.{identifier(name)} = new.{identifier(name)}" for name in key)
        changes = ", ".join(f"{identifier(name)} = new.{identifier(name)}" for name in every if name not in key)
        values = ", ".join(f"new.{identifier(name)}" for name in every)
        self._cursor.execute(
            f"merge into {identifier(object_)} as old using ({rows}) as new on ({same}) "
            f"when matched then update set {changes} "
            f"when not matched then insert ({_names(every)}) values ({values})"
        )

    def _is(self, object_: str) -> str:
        return " and ".join(f"{identifier(name)} = ?" for name in self._keys[object_])

    def _same(self, object_: str, own: str) -> str:
        return " and ".join(f"{own}.{identifier(name)} = wanted.{identifier(name)}" for name in self._keys[object_])

    def _wanted(self, object_: str, keys: Iterable[Key]) -> pa.Table:
        """Keys as a table, each once, numbered by `_at`."""
        rows = list(dict.fromkeys(_tuple(key) for key in keys))
        columns = {name: [row[at] for row in rows] for at, name in enumerate(self._keys[object_])}
        texts = {name: pa.array(values, pa.string()) for name, values in columns.items()}
        return pa.table({**texts, "_at": pa.array(range(len(rows)), pa.int64())})

    def _changed(self, sql: str, parameters: Parameters, wanted: pa.Table) -> int:
        """Run a statement on the table `wanted` (DuckDB finds it by this name); how many rows it changed."""
        self._cursor.execute(sql, parameters)
        return self._changes()

    def _changes(self) -> int:
        rows = self._cursor.fetchall()
        return int(rows[0][0]) if rows else 0


def _last_of_each(table: pa.Table, key: Sequence[str]) -> pa.Table:
    """The table without the records that a later one with the same key replaces."""
    if table.num_rows < 2 or not key:
        return table
    keys = table.select(list(key)).append_column("_at", pa.array(range(table.num_rows), pa.int64()))
    last = keys.group_by(list(key)).aggregate([("_at", "max")])["_at_max"]
    return table if len(last) == table.num_rows else table.take(last.sort())


def _names(names: Iterable[str]) -> str:
    return ", ".join(identifier(name) for name in names)


def _tuple(key: Key) -> tuple[str, ...]:
    return (key,) if isinstance(key, str) else key
