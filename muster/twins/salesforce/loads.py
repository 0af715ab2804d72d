"""Records from outside, of any number: brought into the kept form, and given the stamps they lack."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pyarrow as pa

from muster.sql import connect, identifier, literal
from muster.twins.salesforce.catalogue import field_of
from muster.twins.salesforce.schema import Entity, Schema
from muster.twins.salesforce.values import kept_sql, moment

#: What every object has; an object that the catalogue does not know begins with these.
_SYSTEM = (
    "Id id", "IsDeleted boolean ro", "CreatedDate datetime ro", "CreatedById ->User ro", "LastModifiedDate datetime ro",
    "LastModifiedById ->User ro", "SystemModstamp datetime ro",
)  # fmt: skip


def entity_of(schema: Schema, object_: str, table: pa.Table) -> Entity:
    """The object that a load is of, with all its columns known; one never heard of is made."""
    entity = schema.entity(object_) or new_entity(schema, object_)
    if not entity.prefix and table.num_rows and "Id" in table.column_names:
        entity.prefix = str(table.column("Id")[0])[:3]
    entity.meet(table.column_names)
    return entity


def new_entity(schema: Schema, object_: str) -> Entity:
    """An object of the org's own; its first record tells the prefix of its ids."""
    entity = Entity(object_, "", f"{object_}s", map(field_of, _SYSTEM))
    schema.put(entity)
    return entity


def canonical(entity: Entity, table: pa.Table, now: datetime) -> pa.Table:
    """The table with all values as they are kept. Records without a stamp of their own are stamped now."""
    names: Mapping[str, str] = {name.lower(): name for name in table.column_names}
    columns = {}
    for name in table.column_names:
        field = entity.field(name)
        if field:
            columns[field.name] = kept_sql(field, f"{identifier(name)}::varchar")
    stamp = columns.get("SystemModstamp", "null")
    columns["SystemModstamp"] = f"coalesce({stamp}, {literal(moment(now))})"
    for name in ("LastModifiedDate", "CreatedDate"):
        if entity.field(name) and name.lower() in names:
            columns[name] = f"coalesce({columns[name]}, {columns['SystemModstamp']})"
    if entity.field("Name") and "Name" not in columns and {"FirstName", "LastName"} <= columns.keys():
        columns["Name"] = f"concat_ws(' ', {columns['FirstName']}, {columns['LastName']})"
    selected = ", ".join(f"{sql} as {identifier(name)}" for name, sql in columns.items())
    with connect() as connection:
        connection.register("incoming", table)
        return connection.sql(f"select {selected} from incoming").to_arrow_table()
