"""Records of an account as they are kept: a table an object, a column a property, found by id or unique property."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from muster.sql import identifier
from muster.twins.hubspot.definitions import Definitions
from muster.twins.hubspot.errors import invalid, not_found
from muster.twins.hubspot.ids import Ids
from muster.twins.hubspot.kinds import CONTACT, Kind
from muster.twins.hubspot.values import moment_text
from muster.twins.store import Store

ID = "hs_object_id"
MERGES = "merges"
#: Days that archived records (and lists) can still be had.
KEPT = timedelta(days=90)
#: A column that is no property.
ARCHIVED_AT = "archivedAt"

Row = dict[str, Any]


class Records:
    """Reads; what writes is in `writing`."""

    def __init__(self, store: Store, definitions: Definitions) -> None:
        self.store, self.definitions = store, definitions
        self._ids: dict[str, Ids] = {}
        store.define(MERGES, ["objectType", "loser"], columns=["winner"])
        found = store.rows(f"select objectType, loser, winner from {MERGES}")
        self._winners = {(row["objectType"], row["loser"]): str(row["winner"]) for row in found}

    def begin(self, *kinds: Kind) -> None:
        """Have these object types, with their standard properties."""
        self.definitions.begin(kinds, self.now())
        for kind in kinds:
            own = [each.name for each in self.definitions.of(kind)]
            self.store.define(kind.name, [ID], columns=[ARCHIVED_AT, *own])
            self._ids[kind.name] = Ids(self.store, kind.name, ID)

    def now(self) -> str:
        return moment_text(self.store.clock.now())

    def ids(self, kind: Kind) -> Ids:
        return self._ids[kind.name]

    def page(self, kind: Kind, after: int, limit: int, names: Iterable[str]) -> tuple[list[Row], str | None]:
        """Records behind the id `after` in the order of their ids, and the cursor of the next page."""
        found: list[Row] = []
        while len(found) <= limit:
            ids = self.ids(kind).after(after, limit + 1)
            if not ids:
                break
            after = int(ids[-1])
            found += sorted(self._select(kind, ID, ids, names, archived=False), key=_number)
        more = str(found[limit - 1][ID]) if len(found) > limit else None
        return found[:limit], more

    def archived(self, kind: Kind, after: int, limit: int, names: Iterable[str]) -> tuple[list[Row], str | None]:
        """Records that were archived in the last 90 days; those that a merge took are not among them."""
        found = self.store.rows(
            f"select {self._columns(kind, names)} from {identifier(kind.name)} as record "
            f"where _deleted and {ARCHIVED_AT} > ? and try_cast({ID} as bigint) > ? "
            f"and not exists (from {MERGES} where objectType = ? and loser = record.{ID}) "
            f"order by try_cast({ID} as bigint) limit ?",
            [self._horizon(), after, kind.name, limit + 1],
        )
        return found[:limit], str(found[limit - 1][ID]) if len(found) > limit else None

    def many(
        self,
        kind: Kind,
        values: Sequence[str],
        by: str | None = None,
        names: Iterable[str] | None = None,
        *,
        archived: bool = False,
    ) -> dict[str, Row]:
        """Records by the ids (or the values of the unique property `by`) under which they were asked for.

        The id of a record that was merged finds the record that took it. `names` are the columns wanted, all by
        default. Raises a refusal where `by` is not unique.
        """
        names = self.store.columns(kind.name) if names is None else names
        if not by or by == ID:
            asked = {value: self._winner(kind, value) for value in values}
            rows = {row[ID]: row for row in self._select(kind, ID, set(asked.values()), names, archived=archived)}
            return {value: rows[id_] for value, id_ in asked.items() if id_ in rows}
        ids = self.holders(kind, by, values)
        rows = {row[ID]: row for row in self._select(kind, ID, set(ids.values()), names, archived=archived)}
        return {value: rows[ids[value.lower()]] for value in values if ids.get(value.lower()) in rows}

    def one(self, kind: Kind, value: str, by: str | None = None, *, archived: bool = False) -> Row:
        """Raises a refusal where there is none."""
        found = self.many(kind, [value], by, archived=archived)
        if not found:
            raise not_found()
        return found[value]

    def holders(self, kind: Kind, name: str, values: Iterable[str]) -> dict[str, str]:
        """Ids of the records that have these values of a unique property, by value in lower case.

        A contact is found by its further e-mail addresses as well.
        """
        self.must_be_unique(kind, name)
        wanted = list(dict.fromkeys(value.lower() for value in values))
        if not wanted or name not in self.store.columns(kind.name):
            return {}
        marks, table = ", ".join("?" * len(wanted)), identifier(kind.name)
        value = f"lower({identifier(name)})"
        rows = self.store.rows(
            f"select {value} as value, {ID} as id from {table} where {value} in ({marks}) and not _deleted", wanted
        )
        if kind is CONTACT and name == "email" and len(rows) < len(wanted):
            rows = rows + self.store.rows(
                f"select value, id from (select unnest(string_split(lower(hs_additional_emails), ';')) as value, "
                f"{ID} as id from {table} where hs_additional_emails is not null and not _deleted) "
                f"where value in ({marks})",
                wanted,
            )
        return {row["value"]: row["id"] for row in reversed(rows)}

    def must_be_unique(self, kind: Kind, name: str) -> None:
        definition = self.definitions.get(kind, name)
        if definition is None:
            raise invalid(f"Property {name} does not exist")
        if not definition.unique:
            raise invalid(f"Unable to perform update/upsert by non-unique {kind.type_id} property {name}")

    def there(self, kind: Kind, ids: Iterable[str]) -> set[str]:
        """Which of these ids are those of records."""
        return {row[ID] for row in self._select(kind, ID, set(ids), [], archived=False)}

    def remember_merge(self, kind: Kind, loser: str, winner: str) -> None:
        """Lead the loser's id, and those it had taken before, to the winner."""
        led = [lost for (name, lost), to in self._winners.items() if name == kind.name and to == loser]
        for lost in [loser, *led]:
            self._winners[kind.name, lost] = winner
            self.store.upsert(MERGES, [{"objectType": kind.name, "loser": lost, "winner": winner}])

    def _winner(self, kind: Kind, id_: str) -> str:
        return self._winners.get((kind.name, id_), id_)

    def _select(self, kind: Kind, by: str, ids: Iterable[str], names: Iterable[str], *, archived: bool) -> list[Row]:
        wanted = list(ids)
        if not wanted:
            return []
        marks = ", ".join("?" * len(wanted))
        alive = f"_deleted and {ARCHIVED_AT} > '{self._horizon()}'" if archived else "not _deleted"
        return self.store.rows(
            f"select {self._columns(kind, names)} from {identifier(kind.name)} "
            f"where {identifier(by)} in ({marks}) and {alive}",
            wanted,
        )

    def _columns(self, kind: Kind, names: Iterable[str]) -> str:
        """The wanted columns that there are, and those that every answer needs."""
        there = set(self.store.columns(kind.name))
        every = dict.fromkeys([*kind.always, ARCHIVED_AT, *names])
        return ", ".join([*(identifier(name) for name in every if name in there), "_deleted"])

    def _horizon(self) -> str:
        return moment_text(self.store.clock.now() - KEPT)


def _number(row: Mapping[str, Any]) -> int:
    return int(row[ID])
