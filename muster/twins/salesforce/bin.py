"""Leaving: deletion with all that goes with it, the recycle bin and its fifteen days, merging, and who has left.

A deleted record keeps its fields, with `IsDeleted` and a new stamp; `queryAll` shows it until it is fifteen days in
the bin on the twin's clock. Records that refer to it and cannot be without it are deleted with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from muster.sql import identifier
from muster.twins.salesforce.errors import RecordError, Refusal
from muster.twins.salesforce.org import Org
from muster.twins.salesforce.schema import Entity
from muster.twins.salesforce.values import moment
from muster.twins.salesforce.writing.drafts import Kept, Outcome

KEPT = timedelta(days=15)
#: How often the bin is looked through, in the twin's time.
_ROUND = timedelta(minutes=30)
_LOSERS = 2
_MERGEABLE = ("Account", "Contact", "Lead")


class Bin:
    """The org's recycle bin."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._looked: datetime | None = None
        #: Removed for good without lying in the bin: object, id, when.
        self.gone: list[tuple[str, str, datetime]] = []

    def delete(self, entity: Entity, ids: Iterable[str], path: str = "") -> int:
        """Delete records that are there, and what hangs on them; returns how many of the first."""
        with self._org.store.writing():
            stamp = self._org.stamp(path)
            return self._delete(entity, list(ids), stamp)

    def _delete(self, entity: Entity, ids: Sequence[str], stamp: str, more: Kept | None = None) -> int:
        there = self._org.store.get_many(entity.name, ids) if ids else []
        alive = [row["Id"] for row in there if row.get("IsDeleted") != "true"]
        if not alive:
            return 0
        records = [{"Id": id_, "IsDeleted": "true", **self._touched(stamp), **(more or {})} for id_ in alive]
        self._org.put(entity, records)
        self._org.store.delete(entity.name, alive)
        for child in self._org.schema.children(entity):
            below = self._org.schema.entity(child.object)
            if below and child.cascade:
                self._delete(below, self._referring(below, child.field, alive), stamp)
        return len(alive)

    def outcomes(self, entity: Entity, ids: Sequence[str], path: str = "") -> list[Outcome]:
        """Delete records, and say of each what came of it."""
        there = {row["Id"]: row for row in self._org.store.get_many(entity.name, ids)} if ids else {}
        found = []
        for id_ in ids:
            if id_ not in there:
                error = RecordError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
                found.append(Outcome(id_, errors=(error,)))
            elif there[id_].get("IsDeleted") == "true":
                found.append(Outcome(id_, errors=(RecordError("ENTITY_IS_DELETED", "entity is deleted"),)))
            else:
                found.append(Outcome(id_))
        self.delete(entity, [each.id for each in found if each.success and each.id], path)
        return found

    def undelete(self, entity: Entity, ids: Sequence[str]) -> int:
        """Take records out of the bin, stamped anew; what was deleted with them stays."""
        with self._org.store.writing():
            gone = [row["Id"] for row in self._org.store.get_many(entity.name, ids) if row.get("IsDeleted") == "true"]
            self._org.put(
                entity, [{"Id": id_, "IsDeleted": "false", **self._touched(self._org.stamp())} for id_ in gone]
            )
            return len(gone)

    def remove(self, entity: Entity, ids: Sequence[str]) -> int:
        """Remove for good (`hardDelete`)."""
        self.gone += [(entity.name, id_, self._org.now) for id_ in ids]
        return self._org.store.hard_delete(entity.name, ids)

    def merge(self, entity: Entity, winner: str, losers: Sequence[str]) -> None:
        """Make one record of up to three: what referred to the losers refers to the winner, who is stamped anew.

        Raises Refusal where these cannot be merged.
        """
        with self._org.store.writing():
            there = self._org.store.get_many(entity.name, [winner, *losers])
            alive = {row["Id"] for row in there if row.get("IsDeleted") != "true"}
            if entity.name not in _MERGEABLE or not 0 < len(losers) <= _LOSERS or alive != {winner, *losers}:
                what = f"{entity.name} records {losers} cannot be merged into {winner}"
                raise Refusal(400, "INVALID_OPERATION", what)
            stamp = self._org.stamp()
            for child in self._org.schema.children(entity):
                below = self._org.schema.entity(child.object)
                if below and child.field != "MasterRecordId":
                    self._repoint(below, child.field, winner, losers, stamp)
            self._delete(entity, losers, stamp, {"MasterRecordId": winner})
            self._org.put(entity, [{"Id": winner, **self._touched(stamp)}])

    def age(self) -> None:
        """Empty the bin of what has been there for long; called often, looks seldom."""
        now = self._org.now
        if self._looked and timedelta() <= now - self._looked < _ROUND:
            return
        self._looked = now
        until = moment(now - KEPT)
        for entity in self._org.schema.entities:
            if entity.field("IsDeleted") and entity.field("SystemModstamp"):
                table = self._org.view.table(entity)
                self._org.store.execute(f"delete from {table} where IsDeleted = 'true' and SystemModstamp < ?", [until])
        self.gone = [each for each in self.gone if each[2] > now - KEPT]

    def deleted(self, entity: Entity, start: datetime, end: datetime) -> list[tuple[str, str]]:
        """Ids that left in a while, with when."""
        rows = self._changed(entity, start, end, "IsDeleted = 'true'") if entity.field("IsDeleted") else []
        gone = [(id_, moment(at)) for name, id_, at in self.gone if name == entity.name and start <= at < end]
        return sorted([*((row["Id"], row["SystemModstamp"]) for row in rows), *gone], key=lambda each: each[1])

    def updated(self, entity: Entity, start: datetime, end: datetime) -> list[str]:
        """Ids that came or changed in a while, and are still there."""
        alive = "IsDeleted is distinct from 'true'" if entity.field("IsDeleted") else "true"
        return [row["Id"] for row in self._changed(entity, start, end, alive)]

    def _changed(self, entity: Entity, start: datetime, end: datetime, which: str) -> list[dict[str, Any]]:
        return self._org.store.rows(
            f"select Id, SystemModstamp from {self._org.view.table(entity)} where {which} "
            "and SystemModstamp >= ? and SystemModstamp < ? order by SystemModstamp, Id",
            [moment(start), moment(end)],
        )

    def _touched(self, stamp: str) -> Kept:
        return {"SystemModstamp": stamp, "LastModifiedDate": stamp, "LastModifiedById": self._org.user}

    def _referring(self, entity: Entity, field: str, ids: Sequence[str]) -> list[str]:
        if not ids:
            return []
        rows = self._org.store.rows(
            f"select Id from {self._org.view.table(entity)} where {identifier(field)} in ({', '.join('?' * len(ids))})",
            ids,
        )
        return [row["Id"] for row in rows]

    def _repoint(self, entity: Entity, field: str, winner: str, losers: Sequence[str], stamp: str) -> None:
        ids = self._referring(entity, field, losers)
        if entity.name == "CampaignMember":  # one membership a campaign
            doubles = self._doubles(ids, self._referring(entity, field, [winner]))
            self._delete(entity, doubles, stamp)
            ids = [id_ for id_ in ids if id_ not in doubles]
        self._org.put(entity, [{"Id": id_, field: winner, **self._touched(stamp)} for id_ in ids])

    def _doubles(self, ids: Sequence[str], held: Sequence[str]) -> list[str]:
        """Of the members, those of a campaign that others of them, or those held already, are in."""
        members = self._org.store.get_many
        campaigns = {row["CampaignId"] for row in members("CampaignMember", held) if row["IsDeleted"] != "true"}
        doubles = []
        for row in members("CampaignMember", ids):
            if row["CampaignId"] in campaigns:
                doubles.append(row["Id"])
            campaigns.add(row["CampaignId"])
        return doubles
