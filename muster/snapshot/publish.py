"""Publishing the marts of the warehouse as the next snapshot.

The version is written beside its place and renamed in whole; the pointer moves last, in one rename. The id
register is part of the snapshot, and so is the history of merges and splits, so ids and data become valid in the
same instant. A process killed anywhere before that leaves the old snapshot in force.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from muster.durable import sync, write_whole
from muster.errors import SnapshotError
from muster.schema import Edge, EntityClass, Schema
from muster.settings import Settings
from muster.snapshot.digests import column_digests
from muster.snapshot.history import TABLE as HISTORY
from muster.snapshot.history import add_changes, begin_history
from muster.snapshot.read import POINTER, Snapshot, current, versions
from muster.sql import literal, scan

#: Classes whose rows carry an integer ordinal for life, and the register models that hold their ids.
NUMBERED = {"person": "int_person_register", "account": "int_account_register"}
ORDINAL = "_ord"


def publish(settings: Settings, manifest: Mapping[str, Any], now: datetime, keep: int = 14) -> Snapshot:
    """Publish the warehouse as it stands and move the pointer to it.

    `manifest` is the dbt manifest the warehouse was built by; `keep` the number of versions left after pruning.
    Raises SnapshotError where the warehouse is not there.
    """
    if not settings.warehouse.exists():
        raise SnapshotError(f"{settings.warehouse} is not there; build the dbt project first (`muster run`)")
    before = current(settings)
    version = _next_version(settings, now)
    incoming = settings.snapshots / ".incoming" / version
    shutil.rmtree(incoming, ignore_errors=True)
    incoming.mkdir(parents=True)
    schema = Schema.from_manifest(manifest)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach {literal(settings.warehouse)} as warehouse (read_only)")
        begin_history(connection, before)
        changes = {}
        for entity, model in NUMBERED.items():
            _write_register(connection, entity, model, before, _last_ordinal(connection, settings, entity), incoming)
            changes[entity] = add_changes(connection, entity, before, version, now)
        _copy(connection, f"select * from {HISTORY}", incoming / f"{HISTORY}.parquet")
        rows = {item.name: _write_mart(connection, item, incoming) for item in schema.classes.values()}
        digests = {
            item.table: column_digests(connection, incoming / f"{item.table}.parquet", item.key)
            for item in schema.classes.values()
        }
    (incoming / "schema.json").write_text(with_ordinals(schema).to_json())
    told = {"version": version, "created_at": now.isoformat(), "rows": rows, "ids": changes, "digests": digests}
    (incoming / "snapshot.json").write_text(json.dumps(told, indent=1))
    for path in incoming.iterdir():
        sync(path)
    sync(incoming)
    folder = settings.snapshots / version
    incoming.rename(folder)
    write_whole(settings.snapshots / POINTER, version)
    _prune(settings, keep)
    return Snapshot(folder)


def with_ordinals(schema: Schema) -> Schema:
    """The schema as the snapshot has it: people and accounts keyed and joined by ordinals."""

    def joined(edge: Edge) -> Edge:
        if edge.many and edge.source in NUMBERED:
            return replace(edge, from_column=ORDINAL, to_column=f"{edge.to_column}_{ORDINAL}")
        if not edge.many and edge.target in NUMBERED:
            return replace(edge, from_column=f"{edge.from_column}_{ORDINAL}", to_column=ORDINAL)
        return edge

    def numbered(item: EntityClass) -> EntityClass:
        edges = {name: joined(edge) for name, edge in item.edges.items()}
        return replace(item, key=ORDINAL if item.name in NUMBERED else item.key, edges=edges)

    return Schema({name: numbered(item) for name, item in schema.classes.items()})


def _last_ordinal(connection: duckdb.DuckDBPyConnection, settings: Settings, entity: str) -> int:
    """The largest number given in any version that is kept, -1 before the first.

    In any, not only in the one in force: after the pointer was moved back, memberships of newer versions still hold
    numbers that must not come to mean somebody else.
    """
    registers = [Snapshot(settings.snapshots / version).register(entity) for version in versions(settings)]
    if not registers:
        return -1
    listed = ", ".join(literal(path) for path in registers)
    found = connection.execute(f"select coalesce(max(ord), -1) from read_parquet([{listed}])").fetchall()
    return int(found[0][0])


def _write_register(
    connection: duckdb.DuckDBPyConnection,
    entity: str,
    model: str,
    before: Snapshot | None,
    last: int,
    folder: Path,
) -> None:
    """Ids keep the ordinal they had; new ones get the numbers after `last`, in the order they were first seen."""
    known = "select null::varchar as id, null::bigint as ord where false"
    if before is not None:
        known = f"select distinct id, ord from {scan(before.register(entity))}"
    connection.execute(f"""
        create table register_{entity} as
        with proposed as (select * from warehouse.intermediate.{model}),
        known as ({known}),
        fresh as (
            select id, row_number() over (order by min(first_seen), id) + {last} as ord
            from proposed where id not in (select id from known) group by id
        ),
        numbered as (select * from known union all select * from fresh)
        select proposed.node, proposed.id, numbered.ord, proposed.merged_into, proposed.first_seen, proposed.is_present
        from proposed inner join numbered using (id)
    """)
    _copy(connection, f"select * from register_{entity} order by ord, node", folder / f"register_{entity}.parquet")


def _write_mart(connection: duckdb.DuckDBPyConnection, item: EntityClass, folder: Path) -> int:
    table = f'warehouse.marts."{item.table}" as mart'
    columns, joins, order = ["mart.*"], [], f'mart."{item.key}"'
    if item.name in NUMBERED:
        joins.append(_ordinals(item.name, item.key, "self", inner=True))
        columns.append(f"self.ord as {ORDINAL}")
        order = "self.ord"
    for edge in item.edges.values():
        if not edge.many and edge.target in NUMBERED:
            joins.append(_ordinals(edge.target, edge.from_column, edge.from_column))
            columns.append(f'"{edge.from_column}".ord as "{edge.from_column}_{ORDINAL}"')
    query = f"select {', '.join(columns)} from {table} {' '.join(joins)} order by {order}"
    _copy(connection, query, folder / f"{item.table}.parquet")
    row = connection.execute(f"select count(*) from {table}").fetchall()[0]
    return int(row[0])


def _ordinals(entity: str, column: str, alias: str, inner: bool = False) -> str:
    ids = f"(select distinct id, ord from register_{entity})"
    return f'{"inner" if inner else "left"} join {ids} as "{alias}" on mart."{column}" = "{alias}".id'


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    connection.execute(f"copy ({query}) to {literal(path)} (format parquet, compression zstd)")


def _next_version(settings: Settings, now: datetime) -> str:
    """A version sorts by time; a second one in the same instant gets a later name."""
    version = now.strftime("%Y%m%dT%H%M%S%fZ")
    last = max(versions(settings), default="")
    return version if version > last else f"{last}-1"


def _prune(settings: Settings, keep: int) -> None:
    for version in versions(settings)[:-keep]:
        shutil.rmtree(settings.snapshots / version, ignore_errors=True)
