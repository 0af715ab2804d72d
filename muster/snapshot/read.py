"""Reading a published snapshot: its schema, its row counts, and its tables loaded into memory.

Nothing here writes. A reader that holds a snapshot keeps it whole while newer ones are published.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import duckdb

from muster.errors import SnapshotError
from muster.schema import Schema
from muster.settings import Settings

POINTER = "CURRENT"


@dataclass(frozen=True)
class Snapshot:
    """One version: a folder with a Parquet file per mart, `schema.json`, `snapshot.json` and the id registers."""

    folder: Path

    @property
    def version(self) -> str:
        return self.folder.name

    @cached_property
    def schema(self) -> Schema:
        return Schema.from_json((self.folder / "schema.json").read_text())

    @cached_property
    def rows(self) -> dict[str, int]:
        """Rows per mart."""
        told = json.loads((self.folder / "snapshot.json").read_text())
        return {str(name): int(count) for name, count in told["rows"].items()}

    @cached_property
    def created_at(self) -> datetime:
        """The instant of its publishing."""
        return datetime.fromisoformat(json.loads((self.folder / "snapshot.json").read_text())["created_at"])

    @cached_property
    def changes(self) -> dict[str, dict[str, int]]:
        """Of `person` and `account`: how many ids were new, back, gone, merged and split in this version."""
        told = json.loads((self.folder / "snapshot.json").read_text())
        return {str(entity): dict(counts) for entity, counts in told.get("ids", {}).items()}

    @cached_property
    def digests(self) -> dict[str, dict[str, str]]:
        """For each table a digest of each column; none in snapshots of before there were digests."""
        told = json.loads((self.folder / "snapshot.json").read_text())
        return {str(table): dict(columns) for table, columns in told.get("digests", {}).items()}

    def parquet(self, table: str) -> Path:
        return self.folder / f"{table}.parquet"

    def register(self, entity: str) -> Path:
        """The id register of `person` or `account`: node, id, ord, merged_into, first_seen, is_present."""
        return self.folder / f"register_{entity}.parquet"

    def ids(self, entity: str, ordinals: Iterable[int]) -> list[str]:
        """Ids of `person` or `account` for a few ordinals, in the order of the ordinals."""
        wanted = ", ".join(str(int(ordinal)) for ordinal in ordinals) or "null"
        with duckdb.connect() as connection:
            rows = connection.execute(
                f"select distinct ord, id from read_parquet(?) where ord in ({wanted}) order by ord",
                [str(self.register(entity))],
            ).fetchall()
        return [str(row[1]) for row in rows]

    def load(self, columns: Mapping[str, Iterable[str]]) -> duckdb.DuckDBPyConnection:
        """An in-memory database holding the named tables, each with the named columns that it has."""
        connection = duckdb.connect()
        connection.execute("set timezone = 'UTC'")
        for table, wanted in columns.items():
            path = self.parquet(table)
            if not path.exists():
                raise SnapshotError(f"snapshot {self.version} has no table {table}; run `muster run` to publish anew")
            described = connection.execute("describe select * from read_parquet(?)", [str(path)]).fetchall()
            has = {str(row[0]) for row in described}
            kept = sorted(has & set(wanted)) or sorted(has)[:1]
            names = ", ".join(f'"{name}"' for name in kept)
            connection.execute(f'create table "{table}" as select {names} from read_parquet(?)', [str(path)])
        return connection


def current(settings: Settings) -> Snapshot | None:
    """The snapshot that the pointer names, or None before the first one is published."""
    pointer = settings.snapshots / POINTER
    if not pointer.exists():
        return None
    return open_version(settings, pointer.read_text().strip())


def open_version(settings: Settings, version: str) -> Snapshot:
    folder = settings.snapshots / version
    if not (folder / "snapshot.json").exists():
        kept = ", ".join(versions(settings)[-3:]) or "none"
        raise SnapshotError(f"snapshot {version} is not kept in {settings.snapshots}; kept are: {kept}")
    return Snapshot(folder)


def versions(settings: Settings) -> list[str]:
    """The versions that are kept, oldest first."""
    if not settings.snapshots.exists():
        return []
    return sorted(item.parent.name for item in settings.snapshots.glob("[!.]*/snapshot.json"))
