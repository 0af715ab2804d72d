"""Which record is associated with which, and how: every association is kept in both directions, a row a type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from muster.sql import connect
from muster.twins.hubspot.asking import checked
from muster.twins.hubspot.errors import Refusal, gone_records, invalid
from muster.twins.hubspot.kinds import COMPANY, CONTACT, Kind, Kinds
from muster.twins.hubspot.labels import OWN, Label, Labels
from muster.twins.hubspot.records import Records
from muster.twins.hubspot.writing import Writing
from muster.twins.store import Store

TABLE = "associations"
KEY = ("fromObjectType", "fromObjectId", "toObjectType", "toObjectId", "typeId")
#: Types of which a record has one at most: its primary company.
SINGLE = (1, 5, 26)


@dataclass(frozen=True)
class Link:
    """One association of one type, seen from one end."""

    label: Label
    origin_id: str
    target_id: str

    @property
    def key(self) -> tuple[str, ...]:
        return (self.label.origin, self.origin_id, self.label.target, self.target_id, str(self.label.type_id))

    @property
    def ends(self) -> tuple[tuple[str, str], tuple[str, str]]:
        return (self.label.origin, self.origin_id), (self.label.target, self.target_id)


class Associations:
    """The associations of an account."""

    def __init__(self, kinds: Kinds, records: Records, writing: Writing, labels: Labels) -> None:
        self._kinds, self._records, self._writing, self.labels = kinds, records, writing, labels
        self._store: Store = records.store
        #: How many records of the target a record may have by a type, where an administrator has set it.
        self.caps: dict[tuple[str, str, int], int] = {}
        self._store.define(TABLE, KEY, columns=["category", "label"], indexed=False)

    def of(self, origin: Kind, ids: Iterable[str], target: Kind) -> dict[str, dict[str, list[Label]]]:
        """By record and associated record, in the order of their ids: the types of each association."""
        found: dict[str, dict[str, list[Label]]] = {}
        for link in self._links(origin, ids, target):
            found.setdefault(link.origin_id, {}).setdefault(link.target_id, []).append(link.label)
        return found

    def brief(self, origin: Kind, ids: Iterable[str], target: Kind) -> dict[str, list[dict[str, str]]]:
        """As a record's own answer shows them: an entry for each type, by its old name."""
        pair = f"{origin.singular}_to_{target.singular}"
        two = any(each.category == OWN and each.label for each in self.labels.between(origin, target))
        plain = f"{pair}_unlabeled" if two else pair
        return {
            id_: [
                {"id": other, "type": plain if each.label is None else pair if each.category == OWN else each.label}
                for other, types in others.items()
                for each in types
            ]
            for id_, others in self.of(origin, ids, target).items()
        }

    def label(self, origin: Kind, target: Kind, spec: Any) -> Label:
        """The type of `{associationCategory, associationTypeId}`."""
        given = checked(spec, "associationCategory", "associationTypeId")
        return self.labels.get(origin, target, given["associationCategory"], int(given["associationTypeId"]))

    def at_creation(self, origin: Kind, id_: str, wanted: Sequence[Any]) -> None:
        """What a record is created with: `[{to: {id}, types: […]}]`; the types tell the object. Refuses as `link`."""
        links = []
        for each in wanted:
            given = checked(each, "to", "types")
            for spec in given["types"]:
                number = int(checked(spec, "associationTypeId")["associationTypeId"])
                target = next(
                    (k for k in self._kinds if any(b.type_id == number for b in self.labels.between(origin, k))), None
                )
                if target is None:
                    raise invalid(f"Association type {number} does not exist for {origin.singular}")
                links.append(Link(self.label(origin, target, spec), id_, str(checked(given["to"], "id")["id"])))
        self.link(links)

    def link(self, links: Sequence[Link]) -> None:
        """Associate records; a labelled association has the unlabelled one beside it. Raises a refusal, for all."""
        with self._store.writing():
            refusal = next((each for each in self.link_each([[link] for link in links]) if each), None)
            if refusal:
                raise refusal

    def link_each(self, groups: Sequence[Sequence[Link]]) -> list[Refusal | None]:
        """Associate records group by group, a group whole or not at all; in its place is None, or its refusal.

        A group is refused where a record is not there, or has as many as an administrator allows.
        """
        every = [link for group in groups for link in group]
        with self._store.writing():
            missing = self._missing(every)
            refusals = [self._refusal(group, missing) for group in groups]
            good = [link for group, refusal in zip(groups, refusals, strict=True) if not refusal for link in group]
            self._make_room(good)
            defaults = (Link(self._default(link.label), link.origin_id, link.target_id) for link in good)
            self._put([*defaults, *good])
            self._follow(good)
        return refusals

    def unlink(self, links: Iterable[Link]) -> None:
        """Take associations away, in both directions; what is not there is passed over."""
        taken = list(links)
        with self._store.writing():
            self._store.delete(TABLE, [each.key for link in taken for each in (link, self._back(link))])
            self._follow(taken)

    def part(self, origin: Kind, origin_id: str, target: Kind, target_id: str) -> None:
        """Take all associations between two records away."""
        types = self.of(origin, [origin_id], target).get(origin_id, {}).get(target_id, [])
        self.unlink(Link(each, origin_id, target_id) for each in types)

    def forget(self, kind: Kind, ids: Sequence[str]) -> None:
        """Records were archived: nothing hangs on them any more."""
        self.unlink(self._links(kind, ids))

    def move(self, kind: Kind, loser: str, winner: str) -> None:
        """A merge: what the loser was associated with, the winner is; it keeps its own primary company."""
        own = {(link.label.target, link.label.type_id) for link in self._links(kind, [winner])}
        lost = self._links(kind, [loser])
        self.unlink(lost)
        kept = [
            Link(link.label, winner, link.target_id)
            for link in lost
            if not (link.label.type_id in SINGLE and (link.label.target, link.label.type_id) in own)
        ]
        self._put(link for link in kept if (link.label.target, link.target_id) != (kind.name, winner))
        self._follow(kept)

    def _links(self, origin: Kind, ids: Iterable[str], target: Kind | None = None) -> list[Link]:
        """What these records are associated with, in the order of the others' ids; of one object or of all."""
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return []
        marks, one = ", ".join("?" * len(wanted)), "and toObjectType = ? " if target else ""
        rows = self._store.rows(
            f"select toObjectType, fromObjectId, toObjectId, typeId from {TABLE} "
            f"where fromObjectType = ? and fromObjectId in ({marks}) and not _deleted {one}"
            "order by try_cast(toObjectId as bigint), typeId desc",
            [origin.name, *wanted, *([target.name] if target else [])],
        )
        return [
            Link(
                self.labels.known(origin.name, row["toObjectType"], int(row["typeId"])),
                row["fromObjectId"],
                row["toObjectId"],
            )
            for row in rows
        ]

    def drop(self, labels: Iterable[Label]) -> None:
        """Types were taken away, and with them their associations."""
        with self._store.writing():
            for each in labels:
                keys = self._store.rows(
                    f"select {', '.join(KEY)} from {TABLE} "
                    "where fromObjectType = ? and toObjectType = ? and typeId = ? and not _deleted",
                    [each.origin, each.target, str(each.type_id)],
                )
                self._store.delete(TABLE, [tuple(row.values()) for row in keys])

    def load(self, table: pa.Table) -> int:
        """Rows of fromObjectType, fromObjectId, toObjectType, toObjectId and, where known, label and typeId."""
        with connect() as connection:
            given = {name: name if name in table.column_names else "null" for name in (*KEY, "label", "isDeleted")}
            connection.register("given", table)
            columns = ", ".join(f"{source}::varchar as {name}" for name, source in given.items())
            connection.execute(f"create temp table rows as select distinct {columns} from given")
            pairs = connection.sql("select distinct fromObjectType, toObjectType, typeId, label from rows").fetchall()
            types = [row for pair in pairs for row in self._types_of(pair)]
            connection.register("types", pa.Table.from_pylist(types))
            whole = connection.sql(
                "select distinct types.origin as fromObjectType, "
                "if(types.back, toObjectId, fromObjectId) as fromObjectId, types.target as toObjectType, "
                "if(types.back, fromObjectId, toObjectId) as toObjectId, types.number as typeId, types.category, "
                "types.text as label, isDeleted from rows inner join types on rows.fromObjectType = types.fromType "
                "and rows.toObjectType = types.toType and rows.typeId is not distinct from types.typeId "
                "and rows.label is not distinct from types.label"
            ).to_arrow_table()
        return self._store.load(TABLE, whole, deleted="isDeleted")

    def _types_of(self, pair: tuple[str, str, str | None, str | None]) -> list[dict[str, Any]]:
        """The rows that one kind of loaded row becomes: the type and the unlabelled one, there and back."""
        origin, target = self._kinds[pair[0]], self._kinds[pair[1]]
        default = self.labels.default(origin, target)
        known = {str(each.type_id): each for each in self.labels.between(origin, target)}
        meant = known.get(pair[2] or "") or (self.labels.named(origin, target, pair[3]) if pair[3] else default)
        given = {"fromType": pair[0], "toType": pair[1], "typeId": pair[2], "label": pair[3]}
        return [
            {
                **given,
                "origin": each.origin,
                "target": each.target,
                "number": str(each.type_id),
                "category": each.category,
                "text": each.label,
                "back": back,
            }
            for there in {default.type_id: default, meant.type_id: meant}.values()
            for each, back in ((there, False), (self.labels.back(there), True))
        ]

    def _put(self, links: Iterable[Link]) -> None:
        """Into the store, in both directions."""
        both = {each.key: each for link in links for each in (link, self._back(link))}
        self._store.upsert(
            TABLE,
            [
                {**dict(zip(KEY, key, strict=True)), "category": each.label.category, "label": each.label.label}
                for key, each in both.items()
            ],
        )

    def _make_room(self, links: Iterable[Link]) -> None:
        """A record's new primary company takes the place of the one before."""
        single = [each for link in links for each in (link, self._back(link)) if each.label.type_id in SINGLE]
        for label in dict.fromkeys(each.label for each in single):
            origin, target = self._kinds[label.origin], self._kinds[label.target]
            fresh = {each.origin_id: each.target_id for each in single if each.label == label}
            self.unlink(
                Link(label, id_, other)
                for id_, others in self.of(origin, fresh, target).items()
                for other, types in others.items()
                if label in types and other != fresh[id_]
            )

    def _follow(self, links: Iterable[Link]) -> None:
        """Contacts have the id of their primary company as a property."""
        for each in (way for link in links for way in (link, self._back(link))):
            if (each.label.origin, each.label.type_id) == (CONTACT.name, 1):
                companies = self.of(CONTACT, [each.origin_id], COMPANY).get(each.origin_id, {})
                primary = next((id_ for id_, types in companies.items() if each.label in types), None)
                row = self._records.many(CONTACT, [each.origin_id]).get(each.origin_id)
                if row and row.get("associatedcompanyid") != primary:
                    self._writing.stamp(CONTACT, row, {"associatedcompanyid": primary})

    def _missing(self, links: Iterable[Link]) -> set[tuple[str, str]]:
        """Object and id of the records that are not there."""
        ends = {end for link in links for end in link.ends}
        missing = set()
        for name in {name for name, _ in ends}:
            ids = {id_ for other, id_ in ends if other == name}
            missing |= {(name, id_) for id_ in ids - self._records.there(self._kinds[name], ids)}
        return missing

    def _refusal(self, group: Sequence[Link], missing: set[tuple[str, str]]) -> Refusal | None:
        for link in group:
            for name, id_ in link.ends:
                if (name, id_) in missing:
                    return gone_records(self._kinds[name].singular, [id_])
            if self.caps and self._full(link):
                told = f"{link.label.origin} record {link.origin_id} has as many associations of this type as it may"
                return invalid(told)
        return None

    def _full(self, link: Link) -> bool:
        cap = self.caps.get((link.label.origin, link.label.target, link.label.type_id))
        if cap is None:
            return False
        origin, target = self._kinds[link.label.origin], self._kinds[link.label.target]
        others = self.of(origin, [link.origin_id], target).get(link.origin_id, {})
        return sum(link.label in types for other, types in others.items() if other != link.target_id) >= cap

    def _default(self, label: Label) -> Label:
        return self.labels.default(self._kinds[label.origin], self._kinds[label.target])

    def _back(self, link: Link) -> Link:
        return Link(self.labels.back(link.label), link.target_id, link.origin_id)
