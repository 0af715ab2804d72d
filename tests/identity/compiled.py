"""The dbt project's own SQL, run on a handful of records in memory.

The project is compiled once; a test then gives records per class, as the unioned models would have them, and the
compiled models run in the order of their references. Nothing of the SQL is repeated here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb

from muster.config.identity import IdentityFile
from muster.dbt_project import identity_tables

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
VERSION = "v1"
SEEDS = ("role_mailboxes", "free_mail_domains", "placeholder_values", "disposable_domains")
MAILBOXES = {"role_mailboxes": ["spaceship"], "shared_mailboxes": ["both@family.example"]}
Record = Mapping[str, Any]
Records = Mapping[str, Sequence[Record]]


@dataclass(frozen=True)
class Compiled:
    """Models of identity and marts by name, in order; column types of the unioned models; what dbt said."""

    models: Mapping[str, str]
    needs: Mapping[str, frozenset[str]]
    inputs: Mapping[str, Mapping[str, str]]
    manifest: Mapping[str, Any]
    snapshots: Path
    output: str
    python: frozenset[str]
    settings: Path

    def build(
        self, records: Records, only: Iterable[str] | None = None, identity: Mapping[str, Any] | None = None
    ) -> duckdb.DuckDBPyConnection:
        """A warehouse of these records under these rules; `only` stops at the models named and what they need."""
        write_settings(self.settings, identity or {})
        connection = duckdb.connect()
        connection.execute("set timezone = 'UTC'; attach ':memory:' as warehouse; use warehouse")
        connection.execute("create schema reference; create schema intermediate; create schema marts")
        for seed in SEEDS:
            path = PROJECT / "seeds" / f"{seed}.csv"
            connection.execute(f"create table reference.{seed} as from read_csv('{path}', all_varchar = true)")
        for name, types in self.inputs.items():
            columns = ", ".join(f"{column} {type_}" for column, type_ in types.items())
            connection.execute(f"create table intermediate.{name} ({columns})")
        for entity, rows in records.items():
            for row in rows:
                self._insert(connection, f"int_{entity}__unioned", row)
        self._make(connection, self._needed(only))
        connection.execute("set search_path = 'warehouse.marts,warehouse.intermediate'")
        return connection

    def rebuild(self, connection: duckdb.DuckDBPyConnection, sql: str, only: Iterable[str], after: str) -> None:
        """Put something else in a model's place, by `sql`, and build anew what depends on the model `after`."""
        connection.execute(sql)
        self._make(connection, {name for name in self._needed(only) if after in self._needed([name]) - {name}})

    def _make(self, connection: duckdb.DuckDBPyConnection, wanted: set[str]) -> None:
        for name, sql in self.models.items():
            if name in wanted:
                table = f"warehouse.{'intermediate' if name.startswith('int_') else 'marts'}.{name}"
                if name in self.python:
                    self._run(connection, table, sql)
                else:
                    connection.execute(f"create or replace table {table} as {sql}")

    def publish(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Write the registers as publishing does: an id keeps its number, new ones get the next."""
        for entity in ("person", "account"):
            path = self.register(entity)
            connection.execute(f"""
                create or replace temp table numbered as
                with known as (select distinct id, ord from read_parquet('{path}')),
                fresh as (select id, min(first_seen) as seen from int_{entity}_register group by id)
                select id, coalesce(known.ord, (select coalesce(max(ord), -1) from known)
                    + row_number() over (partition by known.ord is null order by seen, id)) as ord
                from fresh left join known using (id)
            """)
            connection.execute(
                f"create or replace temp table next as "
                f"select r.*, ord from int_{entity}_register as r inner join numbered using (id)"
            )
            connection.execute(f"copy next to '{path}' (format parquet)")

    def forget_ids(self) -> None:
        """Registers as they are before the first snapshot, and decisions: empty."""
        self.decisions.write_text("[]")
        for entity in ("person", "account"):
            duckdb.execute(f"""
                copy (select ''::varchar as node, ''::varchar as id, 0::bigint as ord, ''::varchar as merged_into,
                      now()::timestamp as first_seen where false) to '{self.register(entity)}' (format parquet)
            """)

    def register(self, entity: str) -> Path:
        return self.snapshots / VERSION / f"register_{entity}.parquet"

    @property
    def decisions(self) -> Path:
        """What dbt reads as the decisions of people: a JSON array."""
        return self.snapshots.parent / "identity_decisions.json"

    def _needed(self, only: Iterable[str] | None) -> set[str]:
        if only is None:
            return set(self.models)
        wanted, open_ = set(), list(only)
        while open_:
            name = open_.pop()
            if name in self.models and name not in wanted:
                wanted.add(name)
                open_.extend(self.needs[name])
        return wanted

    def _run(self, connection: duckdb.DuckDBPyConnection, table: str, code: str) -> None:
        """A Python model, as dbt runs it: its references are relations, and what it returns becomes the table."""
        scope: dict[str, Any] = {}
        exec(compile(code, table, "exec"), scope)
        with mock.patch.dict(os.environ, MUSTER_IDENTITY=str(self.settings)):
            made = scope["model"](scope["dbtObj"](connection.table), connection)
        connection.register("made", made)
        connection.execute(f"create or replace table {table} as from made")
        connection.unregister("made")

    def _insert(self, connection: duckdb.DuckDBPyConnection, table: str, row: Record) -> None:
        full = {"is_deleted": False, "loaded_at": datetime(2025, 1, 1), "source_name": "crm", "source_type": "Table"}
        types = self.inputs[table]
        full = {column: value for column, value in full.items() if column in types} | dict(row)
        marks = ", ".join(f"cast(? as {types[column]})" for column in full)
        connection.execute(f"insert into intermediate.{table} ({', '.join(full)}) values ({marks})", [*full.values()])


def compile_project(folder: Path, more: Mapping[str, Any] | None = None) -> Compiled:
    """Compile identity and marts against an empty lake and an empty register; `more` goes into the settings file."""
    snapshots = folder / "snapshots"
    (snapshots / VERSION).mkdir(parents=True)
    (snapshots / "CURRENT").write_text(VERSION)
    settings = folder / "identity.json"
    write_settings(settings, more or {})
    decisions = folder / "identity_decisions.json"
    decisions.write_text("[]")
    told = {
        "MUSTER_WAREHOUSE": str(folder / "warehouse.duckdb"),
        "MUSTER_SNAPSHOTS": str(snapshots),
        "MUSTER_LAKE": str(folder / "lake"),
        "MUSTER_IDENTITY": str(settings),
        "MUSTER_IDENTITY_DECISIONS": str(decisions),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    chosen = ["--select", "path:models/intermediate/identity", "path:models/marts"]
    done = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "--show-all-deprecations", "compile", *chosen,
         "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)],
        env={**os.environ, **told}, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    manifest = json.loads((folder / "target" / "manifest.json").read_text())
    nodes = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    inputs = {
        name: {column["name"]: column["data_type"] for column in node["columns"].values()}
        for name, node in nodes.items()
        if name.endswith("__unioned")
    }
    own = {name: node for name, node in nodes.items() if {"identity", "marts"} & set(node["fqn"])}
    needs = {
        name: frozenset(_name(unique_id) for unique_id in node["depends_on"]["nodes"]) for name, node in own.items()
    }
    order = [name for name in TopologicalSorter(needs).static_order() if name in own]
    models = {name: own[name]["compiled_code"] for name in order}
    python = frozenset(name for name in order if own[name]["language"] == "python")
    compiled = Compiled(models, needs, inputs, manifest, snapshots, done.stdout, python, settings)
    compiled.forget_ids()
    return compiled


def write_settings(path: Path, identity: Mapping[str, Any]) -> None:
    """The settings file as `muster` writes it, with two mailboxes of the tests' own."""
    rules = IdentityFile.model_validate({"mailboxes": MAILBOXES} | dict(identity))
    path.write_text(json.dumps(identity_tables(rules)))


def _name(unique_id: str) -> str:
    return unique_id.rsplit(".", 1)[-1]
