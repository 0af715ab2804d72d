"""Streams in memory, and what the lake holds of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from muster.config.models import Source
from muster.connectors.sync.stream import Chunk, Estimate, Position
from muster.lake import loads
from muster.lake.loads import newest_readings
from muster.settings import Settings

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
MARKETO = Source(name="emea", type="marketo", path="never read", instance="100-NAM-042")


@dataclass
class Told:
    """A stream that gives what it was told to; exceptions among the chunks are raised."""

    chunks: Iterable[Chunk | BaseException]
    name: str = "leads"
    version: str | None = "updatedAt"
    told: Mapping[str, str] = field(default_factory=dict)
    rows: int | None = None
    read_from: list[Position | None] = field(default_factory=list)
    estimates: int = 0

    def fields(self) -> Mapping[str, str]:
        return self.told

    def estimate(self, position: Position | None) -> Estimate:
        self.estimates += 1
        return Estimate(self.rows, 1, 1.0)

    def read(self, position: Position | None) -> Iterator[Chunk]:
        self.read_from.append(position)
        for chunk in self.chunks:
            if isinstance(chunk, BaseException):
                raise chunk
            yield chunk


def chunk(*records: Mapping[str, str | None], at: int | None = None, **more: Any) -> Chunk:
    """Records as a chunk, `at` this position."""
    return Chunk(text(records), None if at is None else {"at": at}, **more)


def text(records: Iterable[Mapping[str, str | None]]) -> pa.Table:
    listed = list(records)
    names = dict.fromkeys(name for record in listed for name in record)
    return pa.table({name: pa.array([record.get(name) for record in listed], pa.string()) for name in names})


def settings_at(place: Path) -> Settings:
    return Settings.at(place / "config", place / "data")


def rows_of(source: Source, settings: Settings, object_: str = "*") -> list[dict[str, Any]]:
    """All that staging reads of the lake, oldest first."""
    return _rows([each.path for each in newest_readings(loads(settings, source, object_))])


def newest_of(source: Source, settings: Settings, object_: str = "*") -> dict[str, dict[str, Any]]:
    """The newest row of each id, by the rule of the dbt project."""
    newest = "qualify row_number() over (partition by _source, _row_id order by _load desc, _line desc) = 1"
    paths = [each.path for each in newest_readings(loads(settings, source, object_))]
    return {row["_row_id"]: row for row in _rows(paths, newest)}


def _rows(paths: list[Path], condition: str = "") -> list[dict[str, Any]]:
    if not paths:
        return []
    with duckdb.connect() as connection:
        files = "read_parquet(?, union_by_name = true, hive_partitioning = false)"
        found = connection.execute(f"select * from {files} {condition} order by _load, _line", [list(map(str, paths))])
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
