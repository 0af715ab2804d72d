"""What later loads changed, put into the log, so that a reader of activities sees it.

Rows that are loaded before the first call are history, and bring their own activities or none. From then on, rows that
differ from what was there are changes that happened now: New Lead, Change Data Value of each field, Delete Lead, Add to
List, Remove from List and Change Status in Progression are logged, unless loaded activities tell of the same. That is
seen at the next call, since a day's activities come behind its leads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from muster.sql import identifier
from muster.twins.marketo import activity_types as types
from muster.twins.marketo.channels import NOT_IN_PROGRAM, Status
from muster.twins.marketo.lead_writer import Manner, name_of, value_change
from muster.twins.marketo.log import Entry
from muster.twins.marketo.members import status_change, statuses_of
from muster.twins.marketo.records import DELETED

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

_MANNER = Manner(method="load", source="Data load", reason="Data load")
#: Columns whose change is no change of the record.
_TIMES = frozenset({"createdAt", "updatedAt", DELETED})
WATCHED = ("leads", "static_list_members", "program_members")


@dataclass
class _Pending:
    """Entries that are logged unless the log gets the same by a load; `mark` is its end before."""

    entries: list[Entry] = field(default_factory=list)
    mark: int = 0


class Changes:
    """Watches loads of leads and of members of lists and programs."""

    def __init__(self, twin: MarketoTwin) -> None:
        self._twin, self._lock = twin, Lock()
        self._pending = _Pending()

    def before(self, object_: str, table: pa.Table) -> pa.Table:
        """The rows that a load is about to replace, as they are."""
        key = self._twin.store.key(object_)[-1]
        ids = table[key].unique().to_pylist()
        return self._twin.store.query(
            f"select * from {object_} where {identifier(key)} in (select unnest($ids))", {"ids": ids}
        )

    def after(self, object_: str, old: pa.Table, seq: int) -> None:
        """Remember what differs in the rows loaded since `seq`."""
        new = self._twin.store.query(f"select * from {object_} where _seq > ?", [seq])
        compare = {"leads": self._leads, "static_list_members": self._lists, "program_members": self._programs}
        entries = compare[object_](old, new)
        with self._lock:
            if not self._pending.entries:
                self._pending.mark = self._twin.log.end
            self._pending.entries += entries

    def settle(self) -> None:
        """Log what no loaded activity has told of."""
        if not self._pending.entries:
            return
        with self._lock:
            pending, self._pending = self._pending, _Pending()
        told = self._twin.store.rows(
            "select leadId, activityTypeId, primaryAttributeValueId, primaryAttributeValue from activities "
            "where _seq > ?",
            [pending.mark],
        )
        known = {(row["leadId"], row["activityTypeId"]) for row in told}
        exact = {
            (row["leadId"], row["activityTypeId"], row[name])
            for row in told
            for name in ("primaryAttributeValueId", "primaryAttributeValue")
        }

        def is_told(entry: Entry) -> bool:
            if entry.type in (types.NEW_LEAD, types.DELETE_LEAD):
                return (entry.lead, str(entry.type)) in known
            return any((entry.lead, str(entry.type), value) in exact for value in (entry.asset_id, entry.asset))

        self._twin.log.add([entry for entry in pending.entries if not is_told(entry)])

    # -- what differs ----------------------------------------------------------------------------------------------

    def _leads(self, old: pa.Table, new: pa.Table) -> list[Entry]:
        come, gone = _come_and_gone(old, new, ("id",))
        entries = [
            Entry(row["id"], types.NEW_LEAD, row["id"], name_of(row), {"Source Type": "Data load"}) for row in come
        ]
        entries += [Entry(row["id"], types.DELETE_LEAD, row["id"], name_of(row)) for row in gone]
        fields = self._twin.fields.of("leads")
        entries += [
            value_change(lead, fields[name], was, now, _MANNER)
            for lead, name, was, now in _cells(old, new)
            if name in fields
        ]
        return entries

    def _lists(self, old: pa.Table, new: pa.Table) -> list[Entry]:
        names = {row["id"]: row["name"] for row in self._twin.store.rows("select id, name from static_lists")}
        come, gone = _come_and_gone(old, new, ("listId", "leadId"))
        told = {"Source": _MANNER.source}
        return [
            Entry(row["leadId"], type_, row["listId"], names.get(row["listId"]), told)
            for type_, rows in ((types.ADD_TO_LIST, come), (types.REMOVE_FROM_LIST, gone))
            for row in rows
        ]

    def _programs(self, old: pa.Table, new: pa.Table) -> list[Entry]:
        key = ("programId", "leadId")
        come, gone = _come_and_gone(old, new, key)
        changed = _changed(old, new, key)
        programs = {row["id"]: row for row in self._twin.store.rows("select id, name, channel from programs")}
        known = {id_: statuses_of(self._twin, row) for id_, row in programs.items()}
        was = {(row["programId"], row["leadId"]): row for row in old.to_pylist()}
        entries = []
        for row in (*come, *changed, *gone):
            program = programs.get(row["programId"], {"id": row["programId"], "name": row.get("program")})
            steps = known.get(row["programId"], {})
            before = was.get((row["programId"], row["leadId"]))
            new_status = NOT_IN_PROGRAM if row["_deleted"] else row["statusName"] or NOT_IN_PROGRAM
            entries.append(
                status_change(
                    program,
                    row["leadId"],
                    steps.get(new_status, Status(new_status, 0, False)),
                    steps.get(before["statusName"] or "") if before and not before["_deleted"] else None,
                    _MANNER.reason,
                )
            )
        return entries


def news(old: pa.Table, table: pa.Table) -> pa.Table:
    """The rows of a load that differ from what is there, in their order; a day loaded twice changes nothing."""
    names = table.column_names
    if any(name not in old.column_names for name in names):
        return table
    same = " and ".join(f"o.{identifier(name)} is not distinct from f.{identifier(name)}" for name in names)
    with duckdb.connect() as connection:
        connection.register("old_rows", old)
        connection.register("fresh_rows", table.append_column("_place", pa.array(range(table.num_rows), pa.int64())))
        rows = connection.sql(
            f"select {', '.join(map(identifier, names))} from fresh_rows as f "
            f"where not exists (from old_rows as o where {same}) order by _place"
        )
        return rows.to_arrow_table()


def _come_and_gone(
    old: pa.Table, new: pa.Table, key: tuple[str, ...]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows that are there now and were not, and rows that were there and are not."""
    names = ", ".join(identifier(name) for name in key)
    with duckdb.connect() as connection:
        connection.register("old_rows", old)
        connection.register("new_rows", new)
        come = connection.sql(
            f"from new_rows anti join (from old_rows where not _deleted) using ({names}) where not _deleted"
        )
        gone = connection.sql(
            f"from new_rows semi join (from old_rows where not _deleted) using ({names}) where _deleted"
        )
        return come.to_arrow_table().to_pylist(), gone.to_arrow_table().to_pylist()


def _changed(old: pa.Table, new: pa.Table, key: tuple[str, ...]) -> list[dict[str, Any]]:
    """Rows of which something is different, there before and now."""
    same = [name for name in new.column_names if name in old.column_names and not _is_ours(name) and name not in key]
    differs = " or ".join(f"n.{identifier(name)} is distinct from o.{identifier(name)}" for name in same)
    joined = " and ".join(f"n.{identifier(name)} = o.{identifier(name)}" for name in key)
    with duckdb.connect() as connection:
        connection.register("old_rows", old)
        connection.register("new_rows", new)
        rows = connection.sql(
            f"select n.* from new_rows as n inner join old_rows as o on {joined} "
            f"where not n._deleted and not o._deleted and ({differs or 'false'})"
        )
        found: list[dict[str, Any]] = rows.to_arrow_table().to_pylist()
        return found


def _cells(old: pa.Table, new: pa.Table) -> list[tuple[str, str, str | None, str | None]]:
    """Of leads there before and now: id, field, value before, value now, where they differ."""
    names = [name for name in new.column_names if not _is_ours(name) and name != "id"]
    if not names or not old.num_rows:
        return []
    for name in names:
        if name not in old.column_names:
            old = old.append_column(name, pa.nulls(old.num_rows, pa.string()))
    columns = ", ".join(identifier(name) for name in names)
    with duckdb.connect() as connection:
        connection.register("old_rows", old.select(["id", "_deleted", *names]))
        connection.register("new_rows", new.select(["id", "_deleted", *names]))
        found: list[tuple[str, str, str | None, str | None]] = connection.execute(
            f"""
            with
                was as (from old_rows unpivot include nulls (content for field in ({columns}))),
                now as (from new_rows unpivot include nulls (content for field in ({columns})))
            select now.id, now.field, was.content, now.content
            from now inner join was on was.id = now.id and was.field = now.field
            where not now._deleted and not was._deleted and now.content is distinct from was.content
            order by now.id, now.field
            """
        ).fetchall()
        return found


def _is_ours(name: str) -> bool:
    return name.startswith("_") or name in _TIMES
