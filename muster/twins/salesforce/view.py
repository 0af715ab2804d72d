"""The org as the integration user sees it: what an administrator hid is not there, in no answer and no error."""

from __future__ import annotations

from collections.abc import Iterable

from muster.sql import identifier
from muster.twins.salesforce.schema import Child, Entity, Field, Schema
from muster.twins.store import Store

#: What every answer about a polymorphic parent (`Who`, `Owner`) can tell, whatever object it is.
NAMED = ("Id", "Name", "FirstName", "LastName", "Email", "Phone", "Title", "Username")


class View:
    """Objects and fields that are shown, and the tables they are read from."""

    def __init__(self, schema: Schema, store: Store) -> None:
        self.schema, self.store = schema, store
        self._objects: set[str] = set()
        self._fields: set[tuple[str, str]] = set()

    def hide(self, object_: str, fields: Iterable[str] | None = None) -> None:
        """Take an object, or some of its fields, from the user."""
        if fields is None:
            self._objects.add(object_.lower())
        self._fields.update((object_.lower(), name.lower()) for name in fields or ())

    def show(self, object_: str) -> None:
        """Give back an object with all its fields."""
        self._objects.discard(object_.lower())
        self._fields = {each for each in self._fields if each[0] != object_.lower()}

    @property
    def hidden(self) -> dict[str, list[str] | None]:
        """What is hidden now, by object; None where it is all of it."""
        found: dict[str, list[str] | None] = dict.fromkeys(self._objects)
        for object_, name in sorted(self._fields):
            if (names := found.setdefault(object_, [])) is not None:
                names.append(name)
        return found

    @property
    def entities(self) -> list[Entity]:
        return [each for each in self.schema.entities if each.name.lower() not in self._objects]

    def entity(self, name: str) -> Entity | None:
        return None if name.lower() in self._objects else self.schema.entity(name)

    def field(self, entity: Entity, name: str) -> Field | None:
        return None if (entity.name.lower(), name.lower()) in self._fields else entity.field(name)

    def fields(self, entity: Entity) -> list[Field]:
        return [each for each in entity.fields if (entity.name.lower(), each.name.lower()) not in self._fields]

    def parent(self, entity: Entity, relationship: str) -> Field | None:
        """The reference a path goes through, where it and the object behind it are shown."""
        found = entity.through(relationship)
        if found is None or not self.field(entity, found.name):
            return None
        return found if any(self.entity(name) for name in found.refers_to) else None

    def child(self, entity: Entity, name: str) -> Child | None:
        found = self.schema.child(entity, name)
        return found if found and self.entity(found.object) else None

    # -- tables ----------------------------------------------------------------------------------------------------

    def table(self, entity: Entity) -> str:
        """What its records are read from: a table that has, from the start, what the twin itself goes by."""
        if entity.name not in self.store.objects:
            self.store.define(entity.name, ("Id",), columns=_lasting(entity))
        return identifier(entity.name)

    def column(self, entity: Entity, field: Field, alias: str) -> str:
        """The column, or a null where no record has ever had the field."""
        known = entity.name in self.store.objects and field.name in self.store.columns(entity.name)
        return f"{alias}.{identifier(field.name)}" if known else "null::varchar"

    def named(self, entities: Iterable[Entity]) -> str:
        """A table of what records of several objects have in common: `NAMED`, and their `Type`."""
        selects = []
        for entity in entities:
            table = self.table(entity)
            known = [(name, entity.field(name)) for name in NAMED]
            columns = [f"{self.column(entity, each, 't') if each else 'null'} as {name}" for name, each in known]
            selects.append(f"select {', '.join(columns)}, '{entity.name}' as Type from {table} as t")
        return f"({' union all '.join(selects)})"


def _lasting(entity: Entity) -> list[str]:
    """Marks and references: columns that are there whether or not a load has brought them."""
    return [each.name for each in entity.fields if each.refers_to or each.name in ("IsDeleted", "SystemModstamp")]
