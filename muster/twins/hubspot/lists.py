"""Lists ("segments"): kept by hand (MANUAL), filled once (SNAPSHOT), or by a rule at all times (DYNAMIC)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson
import pyarrow as pa

from muster.twins.hubspot.errors import Refusal, invalid, not_found
from muster.twins.hubspot.kinds import Kind, Kinds
from muster.twins.hubspot.membership_rules import members
from muster.twins.hubspot.records import KEPT, Records
from muster.twins.hubspot.values import moment_text
from muster.twins.store import Store

TABLE, MEMBERS = "lists", "list_members"
DYNAMIC = "DYNAMIC"
TYPES = ("MANUAL", "SNAPSHOT", DYNAMIC)
#: Lists from this size cannot be emptied or copied in one call.
LARGE = 100_000
_COLUMNS = (
    *("name", "objectTypeId", "processingType", "processingStatus", "listVersion", "createdAt", "updatedAt"),
    *(
        "filtersUpdatedAt",
        "createdById",
        "updatedById",
        "deletedAt",
        "filterBranch",
        "customProperties",
        "listFolderId",
    ),
)

Row = dict[str, Any]


class Lists:
    """The lists of an account and who is in them."""

    def __init__(self, kinds: Kinds, records: Records) -> None:
        self._kinds, self._records = kinds, records
        self._store: Store = records.store
        self._store.define(TABLE, ["listId"], columns=_COLUMNS)
        self._store.define(MEMBERS, ["listId", "recordId"], columns=["membershipTimestamp"])

    def now(self) -> str:
        return self._records.now()

    def moment(self) -> datetime:
        return self._store.clock.now()

    def get(self, id_: str, *, deleted: bool = False) -> Row:
        """Raises a refusal where there is none, or it was deleted more than 90 days ago."""
        row = self._store.get(TABLE, id_)
        if row is None or row["_deleted"] is not deleted:
            raise not_found(f"List does not exist with ID {id_}.")
        if deleted and row["deletedAt"] < moment_text(self._store.clock.now() - KEPT):
            raise not_found(f"List {id_} was deleted more than {KEPT.days} days ago.")
        return row

    def named(self, kind: Kind, name: str) -> Row | None:
        found = self._store.rows(
            f"select * from {TABLE} where objectTypeId = ? and lower(name) = lower(?) and not _deleted",
            [kind.type_id, name],
        )
        return found[0] if found else None

    def all(self) -> list[Row]:
        return self._store.rows(f"select * from {TABLE} where not _deleted order by try_cast(listId as bigint)")

    def create(self, kind: Kind, name: str, processing: str, rule: Any, custom: Any, folder: Any) -> Row:
        if processing not in TYPES:
            raise invalid(f"processingType must be one of {', '.join(TYPES)}, not '{processing}'")
        if processing == DYNAMIC and not rule:
            raise invalid("A filterBranch is needed for a list of processing type DYNAMIC")
        with self._store.writing():
            self._refuse_name(kind, name)
            highest = self._store.value(f"select max(try_cast(listId as bigint)) from {TABLE}")
            now = self._records.now()
            id_ = str((highest or 0) + 1)
            row = {
                "listId": id_,
                "name": name,
                "objectTypeId": kind.type_id,
                "processingType": processing,
                "processingStatus": "COMPLETE",
                "listVersion": "1",
                "createdAt": now,
                "updatedAt": now,
                "filtersUpdatedAt": now,
                "createdById": "1",
                "updatedById": "1",
                "filterBranch": orjson.dumps(rule).decode() if rule else None,
                "customProperties": orjson.dumps(custom).decode() if custom else None,
                "listFolderId": str(folder) if folder is not None else None,
            }
            self._store.upsert(TABLE, [row])
            if rule and processing != DYNAMIC:
                self._put(id_, members(self._records, kind, rule))
            return self.get(id_)

    def change(self, row: Row, **changes: str | None) -> Row:
        """Raises a refusal for a name that another list has."""
        kind = self._kinds[row["objectTypeId"]]
        with self._store.writing():
            if (changes.get("name") or row["name"]).lower() != row["name"].lower():
                self._refuse_name(kind, str(changes["name"]))
            stamped = {"updatedAt": self._records.now(), "listVersion": str(int(row["listVersion"] or 1) + 1)}
            self._store.upsert(TABLE, [{"listId": row["listId"], **stamped, **changes}])
        return self.get(row["listId"])

    def delete(self, row: Row) -> None:
        with self._store.writing():
            self._store.upsert(TABLE, [{"listId": row["listId"], "deletedAt": self._records.now()}])
            self._store.delete(TABLE, [row["listId"]])

    def restore(self, row: Row) -> None:
        self._store.upsert(TABLE, [{"listId": row["listId"], "deletedAt": None}])

    def size(self, row: Row) -> int:
        self._refresh(row)
        query = f"select count(*) from {MEMBERS} where listId = ? and not _deleted"
        return int(self._store.value(query, [row["listId"]]))

    def facts(self, row: Row) -> dict[str, str | None]:
        """What HubSpot tells of a list when asked: its size, and when it last changed (epoch milliseconds)."""
        size = self.size(row)
        query = (
            "select max(case when not _deleted then epoch_ms(membershipTimestamp::timestamp) end) as added, "
            f"max(case when _deleted then epoch_ms(_modified) end) as removed from {MEMBERS} where listId = ?"
        )
        (changed,) = self._store.rows(query, [row["listId"]])
        added, removed = (None if each is None else str(each) for each in changed.values())
        return {"hs_list_size": str(size), "hs_last_record_added_at": added, "hs_last_record_removed_at": removed}

    def page(self, row: Row, order: str, condition: str, parameters: Sequence[Any], limit: int) -> list[Row]:
        """Members as `recordId`, `membershipTimestamp`; a dynamic list is first brought up to date."""
        self._refresh(row)
        return self._store.rows(
            f"select recordId, membershipTimestamp from {MEMBERS} where listId = ? and not _deleted and {condition} "
            f"order by {order} limit {limit}",
            [row["listId"], *parameters],
        )

    def of(self, kind: Kind, record: str) -> list[Row]:
        """The lists that a record is in."""
        for row in self.all():
            self._refresh(row)
        return self._store.rows(
            f"select listId, listVersion, membershipTimestamp from {MEMBERS} as member inner join {TABLE} as list "
            "using (listId) where recordId = ? and objectTypeId = ? and not member._deleted and not list._deleted "
            "order by try_cast(listId as bigint)",
            [record, kind.type_id],
        )

    def edit(self, row: Row, add: Sequence[str], remove: Sequence[str]) -> dict[str, list[str]]:
        """Put records in and take others out; what is in already, was not in, or is unknown is no error.

        Raises a refusal for a DYNAMIC list.
        """
        self.refuse_dynamic(row)
        kind, id_ = self._kinds[row["objectTypeId"]], row["listId"]
        with self._store.writing():
            wanted = list(dict.fromkeys([*add, *remove]))
            there = self._records.there(kind, wanted)
            inside = self._inside(id_, wanted)
            added = [each for each in dict.fromkeys(add) if each in there and each not in inside]
            removed = [each for each in dict.fromkeys(remove) if each in inside]
            self._put(id_, added)
            self._store.delete(MEMBERS, [(id_, each) for each in removed])
        missing = [each for each in wanted if each not in there]
        # the first name is spelt as HubSpot spells it
        return {"recordsIdsAdded": added, "recordIdsRemoved": removed, "recordIdsMissing": missing}

    def copy(self, row: Row, source: Row) -> None:
        self.refuse_dynamic(row)
        if row["listId"] == source["listId"] or row["objectTypeId"] != source["objectTypeId"]:
            raise invalid("The source list must be another list of the same object")
        self._refuse_large(source)
        self.edit(row, [each["recordId"] for each in self.page(source, "recordId", "true", [], LARGE)], [])

    def clear(self, row: Row) -> None:
        self.refuse_dynamic(row)
        self._refuse_large(row)
        with self._store.writing():
            inside = self.page(row, "recordId", "true", [], LARGE)
            self._store.delete(MEMBERS, [(row["listId"], each["recordId"]) for each in inside])

    def forget(self, kind: Kind, ids: Sequence[str]) -> None:
        """Records were archived: they leave all lists."""
        gone = pa.table({"recordId": pa.array(list(ids), pa.string())})
        found = self._store.rows(
            f"select listId, recordId from {MEMBERS} as member inner join gone using (recordId) "
            f"inner join {TABLE} using (listId) where objectTypeId = ? and not member._deleted",
            [kind.type_id],
            gone=gone,
        )
        self._store.delete(MEMBERS, [(row["listId"], row["recordId"]) for row in found])

    def move(self, kind: Kind, loser: str, winner: str) -> None:
        """A merge: the winner is where the loser was."""
        for row in self.of(kind, loser):
            self._store.delete(MEMBERS, [(row["listId"], loser)])
            if winner not in self._inside(row["listId"], [winner]):
                self._put(row["listId"], [winner])

    def refuse_dynamic(self, row: Row) -> None:
        if row["processingType"] == DYNAMIC:
            told = f"List {row['listId']} has processing type DYNAMIC; only MANUAL and SNAPSHOT lists can be written to"
            raise Refusal(400, told, sub_category="ILS.INVALID_LIST_PROCESSING_TYPE")

    def load(self, table: pa.Table) -> int:
        """Lists by `listId`; what is not given is that of a plain list of contacts."""
        now = self._records.now()
        given = table.column_names
        filled = {
            "objectTypeId": "0-1",
            "processingType": "MANUAL",
            "processingStatus": "COMPLETE",
            "listVersion": "1",
            "createdAt": now,
            "updatedAt": now,
        }
        for name, value in filled.items():
            if name not in given:
                table = table.append_column(name, pa.repeat(pa.scalar(value), table.num_rows))
        return self._store.load(TABLE, table, deleted="isDeleted")

    def load_members(self, table: pa.Table) -> int:
        """Members by `listId` and `recordId`."""
        if "membershipTimestamp" not in table.column_names:
            now = pa.repeat(pa.scalar(self._records.now()), table.num_rows)
            table = table.append_column("membershipTimestamp", now)
        return self._store.load(MEMBERS, table, deleted="isDeleted")

    def _refresh(self, row: Row) -> None:
        """Bring a dynamic list's members up to date; one without a rule has those that were loaded."""
        if row["processingType"] != DYNAMIC or not row["filterBranch"]:
            return
        kind, id_ = self._kinds[row["objectTypeId"]], row["listId"]
        with self._store.writing():
            due = set(members(self._records, kind, orjson.loads(row["filterBranch"])))
            query = f"select recordId from {MEMBERS} where listId = ? and not _deleted"
            inside = {each["recordId"] for each in self._store.rows(query, [id_])}
            self._put(id_, due - inside)
            self._store.delete(MEMBERS, [(id_, each) for each in inside - due])

    def _put(self, id_: str, ids: Iterable[str]) -> None:
        now = self._records.now()
        self._store.upsert(MEMBERS, [{"listId": id_, "recordId": each, "membershipTimestamp": now} for each in ids])

    def _inside(self, id_: str, ids: Sequence[str]) -> set[str]:
        wanted = pa.table({"recordId": pa.array(list(ids), pa.string())})
        found = self._store.rows(
            f"select recordId from {MEMBERS} inner join wanted using (recordId) where listId = ? and not _deleted",
            [id_],
            wanted=wanted,
        )
        return {row["recordId"] for row in found}

    def _refuse_name(self, kind: Kind, name: str) -> None:
        if self.named(kind, name):
            told = f"A list with the name '{name}' already exists."
            raise Refusal(400, told, sub_category="ILS.DUPLICATE_LIST_NAMES")

    def _refuse_large(self, row: Row) -> None:
        if self.size(row) >= LARGE:
            raise invalid(f"List {row['listId']} has {LARGE} members or more")
