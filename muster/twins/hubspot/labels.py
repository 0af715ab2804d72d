"""Association types of an account: HubSpot's own pairs, and the labels that the account has made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from threading import RLock
from typing import Any

from muster.twins.hubspot.errors import invalid, not_found
from muster.twins.hubspot.kinds import Kind
from muster.twins.store import Store

TABLE = "association_labels"
OWN, THEIRS = "HUBSPOT_DEFINED", "USER_DEFINED"
#: from, to, type id, label, type id of the way back. Ids are general knowledge: callers read them at run time.
STANDARD = (
    ("contacts", "companies", 279, None, 280),
    ("contacts", "companies", 1, "Primary", 2),
    ("contacts", "deals", 4, None, 3),
    ("contacts", "tickets", 15, None, 16),
    ("contacts", "contacts", 449, None, 449),
    ("companies", "deals", 342, None, 341),
    ("companies", "deals", 6, "Primary", 5),
    ("companies", "tickets", 340, None, 339),
    ("companies", "tickets", 25, "Primary", 26),
    ("companies", "companies", 450, None, 450),
    ("deals", "tickets", 27, None, 28),
    ("deals", "deals", 451, None, 451),
    ("calls", "contacts", 194, None, 193),
    ("calls", "companies", 182, None, 181),
    ("calls", "deals", 206, None, 205),
    ("emails", "contacts", 198, None, 197),
    ("emails", "companies", 186, None, 185),
    ("emails", "deals", 210, None, 209),
    ("meetings", "contacts", 200, None, 199),
    ("meetings", "companies", 188, None, 187),
    ("meetings", "deals", 212, None, 211),
    ("notes", "contacts", 202, None, 201),
    ("notes", "companies", 190, None, 189),
    ("notes", "deals", 214, None, 213),
    ("tasks", "contacts", 204, None, 203),
    ("tasks", "companies", 192, None, 191),
    ("tasks", "deals", 216, None, 215),
)
#: The first of the numbers that an account's own labels get.
_FIRST = 1001


@dataclass(frozen=True)
class Label:
    """One association type in one direction; `inverse` is the type id of the way back."""

    origin: str
    target: str
    type_id: int
    category: str
    label: str | None
    inverse: int
    name: str | None = None

    def told(self) -> dict[str, Any]:
        return {"category": self.category, "typeId": self.type_id, "label": self.label}


class Labels:
    """The registry, kept in the account's store."""

    def __init__(self, store: Store) -> None:
        self._store, self._lock = store, RLock()
        columns = ["category", "label", "inverse", "name"]
        store.define(TABLE, ["fromObjectType", "toObjectType", "typeId"], columns=columns)
        self._all: dict[tuple[str, str, int], Label] = {}
        for origin, target, type_id, label, inverse in STANDARD:
            self._know(Label(origin, target, type_id, OWN, label, inverse))
            self._know(Label(target, origin, inverse, OWN, label, type_id))
        for row in store.rows(f"from {TABLE} where not _deleted order by _seq"):
            pair = (row["fromObjectType"], row["toObjectType"])
            numbers = int(row["typeId"]), int(row["inverse"])
            self._know(Label(*pair, numbers[0], row["category"], row["label"], numbers[1], row["name"]))

    def between(self, origin: Kind, target: Kind) -> list[Label]:
        pair = (origin.name, target.name)
        return [each for (*ends, _), each in self._all.items() if tuple(ends) == pair]

    def default(self, origin: Kind, target: Kind) -> Label:
        """The unlabelled type of a pair; pairs with an object of the account's own get theirs when first asked for."""
        with self._lock:
            found = next((each for each in self.between(origin, target) if each.label is None), None)
            return found or self._pair(origin, target, None, None, None)[0]

    def get(self, origin: Kind, target: Kind, category: str, type_id: int) -> Label:
        """Raises a refusal where there is no such type between the two."""
        self.default(origin, target)
        found = self._all.get((origin.name, target.name, type_id))
        if found is None or found.category != category:
            told = (
                f"{category} association type {type_id} does not exist between {origin.singular} and {target.singular}"
            )
            raise invalid(told)
        return found

    def known(self, origin: str, target: str, type_id: int) -> Label:
        return self._all[origin, target, type_id]

    def back(self, label: Label) -> Label:
        """The same association seen from its other end."""
        return self._all[label.target, label.origin, label.inverse]

    def named(self, origin: Kind, target: Kind, text: str) -> Label:
        """The type with this label, made where it is not there; for rows that come in by a load."""
        with self._lock:
            found = next((each for each in self.between(origin, target) if each.label == text), None)
            return found or self._pair(origin, target, text, None, None)[0]

    def create(self, origin: Kind, target: Kind, label: str, name: str | None, inverse: str | None) -> list[Label]:
        with self._lock:
            if any(each.label == label for each in self.between(origin, target)):
                raise invalid(f"The label '{label}' already exists between {origin.singular} and {target.singular}")
            return self._pair(origin, target, label, name, inverse)

    def rename(self, origin: Kind, target: Kind, type_id: int, label: str) -> None:
        with self._lock:
            old = self._own(origin, target, type_id)
            self._keep([Label(old.origin, old.target, type_id, THEIRS, label, old.inverse, old.name)])

    def remove(self, origin: Kind, target: Kind, type_id: int) -> list[Label]:
        """Takes the label away in both directions; returns both."""
        with self._lock:
            old = self._own(origin, target, type_id)
            both = [old, self.back(old)]
            for each in both:
                self._all.pop((each.origin, each.target, each.type_id), None)
            self._store.delete(TABLE, [(each.origin, each.target, str(each.type_id)) for each in both])
            return both

    def _own(self, origin: Kind, target: Kind, type_id: int) -> Label:
        found = self._all.get((origin.name, target.name, type_id))
        if found is None:
            raise not_found()
        if found.category != THEIRS:
            raise invalid("HubSpot defined labels cannot be changed")
        return found

    def _pair(
        self, origin: Kind, target: Kind, label: str | None, name: str | None, inverse: str | None
    ) -> list[Label]:
        there = max([_FIRST - 1, *(each.type_id for each in self._all.values() if each.category == THEIRS)]) + 1
        back = there if origin == target and inverse is None else there + 1
        pair = [
            Label(origin.name, target.name, there, THEIRS, label, back, name),
            Label(target.name, origin.name, back, THEIRS, label if inverse is None else inverse, there, name),
        ]
        self._keep(pair)
        return pair[:1] if there == back else pair

    def _keep(self, labels: Iterable[Label]) -> None:
        for each in labels:
            self._know(each)
            self._store.upsert(
                TABLE,
                [
                    {
                        "fromObjectType": each.origin,
                        "toObjectType": each.target,
                        "typeId": str(each.type_id),
                        "category": each.category,
                        "label": each.label,
                        "inverse": str(each.inverse),
                        "name": each.name,
                    }
                ],
            )

    def _know(self, label: Label) -> None:
        self._all[label.origin, label.target, label.type_id] = label
