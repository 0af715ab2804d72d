"""Rows of records that come in by a load: under property names, all as text, millions at once."""

from __future__ import annotations

import pyarrow as pa

from muster.sql import connect, identifier, literal
from muster.twins.hubspot.kinds import CONTACT, Kind
from muster.twins.hubspot.records import ARCHIVED_AT, ID, Records
from muster.twins.hubspot.values import DATETIME_SQL

#: Names of an answer's own fields that a load may use for the properties behind them.
_FIELDS = {"id": ID, "createdAt": "createdate"}


def load_records(records: Records, kind: Kind, table: pa.Table) -> int:
    """Add or replace records by `hs_object_id` (or `id`); unknown columns become properties of text.

    Records bring their own stamps; where they have none they are of now. `archived` or `isDeleted` 'true' archives.
    """
    fields = {**_FIELDS, "updatedAt": kind.modified}
    renamed = table.rename_columns([fields.get(name, name) for name in table.column_names])
    given = renamed.column_names
    gone = next((name for name in ("archived", "isDeleted") if name in given), None)
    names = [name for name in given if name not in ("archived", "isDeleted", ARCHIVED_AT)]
    records.definitions.learn(kind, names, records.now())
    now = literal(records.now())
    values = {name: _kept(records, kind, name) for name in names}
    values[kind.modified] = f"coalesce({values[kind.modified]}, {now})" if kind.modified in values else now
    deleted = f"coalesce(lower({identifier(gone)}::varchar) = 'true', false)" if gone else "false"
    archived_at = f"coalesce({identifier(ARCHIVED_AT)}::varchar, {now})" if ARCHIVED_AT in given else now
    values |= {ARCHIVED_AT: f"if({deleted}, {archived_at}, null)"}
    with connect() as connection:
        connection.register("given", renamed)
        columns = ", ".join(f"{value} as {identifier(name)}" for name, value in values.items())
        whole = connection.sql(f"select {columns}, {deleted} as _deleted from given").to_arrow_table()
    loaded = records.store.load(kind.name, whole)
    records.store.execute(f"update {identifier(kind.name)} set createdate = {kind.modified} where createdate is null")
    records.ids(kind).reload()
    return loaded


def _kept(records: Records, kind: Kind, name: str) -> str:
    """A column's value in the form in which the property is kept."""
    text = f"nullif({identifier(name)}::varchar, '')"
    definition = records.definitions.get(kind, name)
    if definition and definition.type == "datetime":
        moment = f"coalesce(try_cast({text} as timestamptz), make_timestamptz(try_cast({text} as bigint) * 1000))"
        return f"strftime({moment}, '{DATETIME_SQL}')"
    return f"lower({text})" if kind is CONTACT and name == "email" else text
