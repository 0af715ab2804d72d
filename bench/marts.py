"""A snapshot of any size: marts filled by SQL in the shape of the dbt project's, published as `muster run` does it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from muster.dbt_project import fresh_manifest
from muster.settings import Settings
from muster.snapshot import Snapshot, publish
from muster.snapshot.publish import NUMBERED

SQL = Path(__file__).parent / "sql"
NOW = datetime(2026, 3, 18, 12, 30, tzinfo=UTC)


def made_snapshot(settings: Settings, people: int, events: int) -> Snapshot:
    """Make a warehouse of `people` and `events` below `settings.data` and publish it; the schema is the project's."""
    manifest = json.loads(fresh_manifest(settings).read_text())
    settings.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("set timezone = 'UTC'; set enable_progress_bar = false")
        for statement in _tables(manifest):
            connection.execute(statement)
        for name, value in {"people": people, "events": events}.items():
            connection.execute(f"set variable {name} = {value}::bigint")
        connection.execute(f"set variable now = timestamp '{NOW:%Y-%m-%d %H:%M:%S}'")
        connection.execute("use warehouse.marts")
        connection.execute((SQL / "marts.sql").read_text(encoding="utf-8"))
        for entity, register in NUMBERED.items():
            connection.execute(_register(entity, register))
    return publish(settings, manifest, NOW)


def later_snapshot(settings: Settings, now: datetime) -> Snapshot:
    """Publish the same warehouse again as of `now`, after one in a hundred rows of each busy table has changed."""
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("set timezone = 'UTC'; set enable_progress_bar = false")
        connection.execute(f"set variable now = timestamp '{now:%Y-%m-%d %H:%M:%S}'")
        connection.execute("use warehouse.marts")
        connection.execute((SQL / "day.sql").read_text(encoding="utf-8"))
    return publish(settings, json.loads(fresh_manifest(settings).read_text()), now)


def _tables(manifest: dict[str, Any]) -> list[str]:
    """The marts, empty, with the columns and types of their contracts."""
    marts = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and "marts" in node["fqn"]
    ]  # fmt: skip
    statements = ["create schema marts", "create schema intermediate"]
    for node in marts:
        columns = ", ".join(f'"{item["name"]}" {item["data_type"]}' for item in node["columns"].values())
        statements.append(f'create table marts."{node["alias"]}" ({columns})')
    return statements


def _register(entity: str, name: str) -> str:
    return f"""
        create table intermediate.{name} as
        select
            {entity}_key as node, {entity}_id as id, null::varchar as merged_into, created_at as first_seen,
            true as is_present
        from marts.{entity}
    """
