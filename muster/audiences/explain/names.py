"""How a source row is told to a reader: its name or that of what it links to, its time, and its key at the source."""

from __future__ import annotations

from muster.pql import typed
from muster.schema import EntityClass, Field, Schema

#: Endings of the paths that name a row, best first.
ENDINGS = ("name.fullName", "Name", ".name")


def label(schema: Schema, var: typed.Var) -> typed.Attribute | None:
    """The attribute that names a row: its own, of an event its kind, of a link that of the row at its other end."""
    entity = schema.classes[var.class_name]
    if entity.time_path:
        return typed.Attribute(var, (), kind) if (kind := entity.fields.get("eventType")) else None
    if own := _name(entity):
        return typed.Attribute(var, (), own)
    for edge in entity.edges.values():
        if not edge.many and edge.target not in ("person", var.class_name):
            other = _name(schema.classes[edge.target])
            if other:
                return typed.Attribute(var, (edge,), other)
    return None


def time(schema: Schema, var: typed.Var) -> typed.Attribute | None:
    """The attribute that says when an event was; None for what is no event."""
    entity = schema.classes[var.class_name]
    field = entity.fields.get(entity.time_path) if entity.time_path else None
    return typed.Attribute(var, (), field) if field else None


def source_key(schema: Schema, var: typed.Var) -> typed.Attribute | None:
    """The attribute that holds a row's own key at its source."""
    entity = schema.classes[var.class_name]
    own = "".join(word.capitalize() for word in entity.name.split("_"))
    ending = f"{own[0].lower()}{own[1:]}Key.sourceKey"
    field = next(
        (item for path, item in entity.fields.items() if path.split(".", 1)[-1] == ending or path == ending), None
    )
    return typed.Attribute(var, (), field) if field else None


def identifier(schema: Schema, var: typed.Var) -> typed.Attribute:
    """The id for life, which for people and accounts is not the key of their table in a snapshot."""
    column = f"{var.class_name}_id"
    return typed.Attribute(var, (), Field(column, column, "string"))


def told_columns(schema: Schema, class_name: str) -> set[str]:
    """The columns of a class that are read only to tell a row."""
    var = typed.Var(-1, class_name)
    found = (label(schema, var), time(schema, var), source_key(schema, var))
    own = {item.field.column for item in found if item and not item.hops}
    return own | ({name.column} if (name := _name(schema.classes[class_name])) else set())


def _name(entity: EntityClass) -> Field | None:
    texts = [item for item in entity.fields.values() if item.type == "string"]
    return next((item for ending in ENDINGS for item in texts if item.path.endswith(ending)), None)
