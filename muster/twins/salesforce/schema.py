"""What an org consists of: objects, their fields, and how they refer to one another.

From three places, each over the one before: the standard catalogue of this package, recorded describes of a real org
where a folder of them is given, and what loads bring (a column that neither knows is a custom field).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

#: Kinds of value a field's text stands for.
NUMBERS = frozenset({"int", "long", "double", "currency", "percent"})
WHOLE = frozenset({"int", "long"})
TEXTS = frozenset(
    {"string", "textarea", "picklist", "multipicklist", "combobox", "phone", "url", "email", "encryptedstring",
     "datacategorygroupreference", "anyType"}
)  # fmt: skip
COMPOUND = frozenset({"address", "location", "complexvalue"})
REFERENCES = frozenset({"id", "reference"})
#: The parts of an address, in the order and under the names of its JSON object.
ADDRESS = {
    "city": "City", "country": "Country", "countryCode": "CountryCode", "geocodeAccuracy": "GeocodeAccuracy",
    "latitude": "Latitude", "longitude": "Longitude", "postalCode": "PostalCode", "state": "State",
    "stateCode": "StateCode", "street": "Street",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A field. `recorded` is its describe as a real org gave it, where there is one."""

    name: str
    type: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    createable: bool = True
    updateable: bool = True
    required: bool = False
    unique: bool = False
    external: bool = False
    lookup: bool = False
    restricted: bool = False
    optional: bool = False
    default: str | None = None
    values: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()
    children: str | None = None
    cascade: bool = False
    recorded: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    @property
    def relationship(self) -> str | None:
        """What a path through this reference is called: `Account` for AccountId, `Parent__r` for Parent__c."""
        if not self.refers_to:
            return None
        if self.recorded:
            name: str | None = self.recorded.get("relationshipName")
            return name
        return self.name[:-1] + "r" if self.custom else self.name.removesuffix("Id")

    @property
    def filterable(self) -> bool:
        """What describes say; compound fields are filtered by distance alone."""
        return not (self.type == "textarea" and self.length > 255) and self.type != "base64"

    @property
    def comparable(self) -> bool:
        """Whether it may stand in WHERE, ORDER BY and GROUP BY: not so compound and long text fields."""
        return self.filterable and self.type not in COMPOUND

    @property
    def polymorphic(self) -> bool:
        return len(self.refers_to) > 1

    @property
    def default_value(self) -> str | None:
        """What a record has that was never given a value: a checkbox is never null."""
        return self.default or ("false" if self.type == "boolean" else None)


@dataclass(frozen=True)
class Child:
    """Records of another object that refer to this one: `(SELECT … FROM name)`."""

    name: str
    object: str
    field: str
    cascade: bool = False


class Entity:
    """An object with its fields, found by their names in any case."""

    def __init__(
        self, name: str, prefix: str, plural: str, fields: Iterable[Field], recorded: Mapping[str, Any] | None = None
    ) -> None:
        self.name, self.prefix, self.plural, self.recorded = name, prefix, plural, recorded
        self._fields = {each.name.lower(): each for each in fields}

    def __repr__(self) -> str:
        return f"Entity({self.name!r}, {len(self._fields)} fields)"

    @property
    def fields(self) -> list[Field]:
        return [each for each in self._fields.values() if not each.optional]

    def field(self, name: str) -> Field | None:
        found = self._fields.get(name.lower())
        return None if found is None or found.optional else found

    def through(self, relationship: str) -> Field | None:
        """The reference that a path of this name goes through."""
        wanted = relationship.lower()
        return next((each for each in self.fields if (each.relationship or "").lower() == wanted), None)

    def put(self, new: Field) -> None:
        self._fields[new.name.lower()] = new

    def drop(self, name: str) -> None:
        self._fields.pop(name.lower(), None)

    def meet(self, columns: Iterable[str]) -> list[Field]:
        """Learn the columns of a load; returns the fields that are new by it."""
        new = []
        for name in columns:
            known = self._fields.get(name.lower())
            if known is None or known.optional:
                self.put(replace(known, optional=False) if known else Field(name, "string", length=255))
                new.append(self._fields[name.lower()])
        return new

    @property
    def compounds(self) -> dict[str, dict[str, str]]:
        """The address fields, each with its parts here: JSON name → field name."""
        found = {}
        for each in self.fields:
            if each.type == "address":
                stem = each.name.removesuffix("Address")
                parts = {key: stem + part for key, part in ADDRESS.items()}
                found[each.name] = {key: name for key, name in parts.items() if self.field(name)}
        return found


class Schema:
    """The objects of an org, found by their names in any case or by the prefix of their ids."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        self._entities = {each.name.lower(): each for each in entities}

    @property
    def entities(self) -> list[Entity]:
        return list(self._entities.values())

    def entity(self, name: str) -> Entity | None:
        return self._entities.get(name.lower())

    def put(self, entity: Entity) -> None:
        self._entities[entity.name.lower()] = entity

    def of_id(self, id_: str) -> Entity | None:
        return next((each for each in self.entities if each.prefix and each.prefix == id_[:3]), None)

    def children(self, parent: Entity) -> list[Child]:
        """Who refers to an object, with or without a name for it."""
        return [
            Child(each.children or "", entity.name, each.name, each.cascade)
            for entity in self.entities
            for each in entity.fields
            if parent.name in each.refers_to
        ]

    def child(self, parent: Entity, name: str) -> Child | None:
        return next((each for each in self.children(parent) if each.name.lower() == name.lower()), None)
