"""The log of runs and of what each extract took, in the state store.

A run begins with its first extract or evaluation, whether it was started by the CLI, a schedule or a click; an
activation that follows belongs to the run before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Integer, String, Table, insert, select
from sqlalchemy.exc import IntegrityError

from muster.state import StateStore, metadata
from muster.state.store import UtcDateTime

run_log = Table(
    "run_log",
    metadata,
    Column("run_id", String(60), primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
)

extract_log = Table(
    "extract_log",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(60), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("source", String(80), nullable=False),
    Column("object", String(200), nullable=False),
    Column("read", Integer, nullable=False),
    Column("loaded", Integer, nullable=False),
    Column("set_aside", Integer, nullable=False),
)

usage_log = Table(
    "usage_log",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(60), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("source", String(80), nullable=False),
    Column("figures", JSON, nullable=False),
)

evaluation_log = Table(
    "evaluation_log",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(60), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("audience", String(80), nullable=False),
    Column("size", Integer, nullable=False),
    Column("entered", Integer, nullable=False),
    Column("exited", Integer, nullable=False),
)


@dataclass(frozen=True)
class Extracted:
    """Rows of one export object: read = loaded + set_aside."""

    read: int = 0
    loaded: int = 0
    set_aside: int = 0

    def __sub__(self, other: Extracted) -> Extracted:
        return Extracted(self.read - other.read, self.loaded - other.loaded, self.set_aside - other.set_aside)


@dataclass(frozen=True)
class Evaluated:
    """An audience's size after an evaluation, and its change by it."""

    size: int
    entered: int
    exited: int


@dataclass(frozen=True)
class RunLog:
    """Reads and writes the tables above."""

    state: StateStore

    def begin(self, run_id: str, now: datetime) -> None:
        """Note that a run began; said again, nothing happens."""
        try:
            with self.state.begin() as connection:
                connection.execute(insert(run_log).values(run_id=run_id, started_at=now))
        except IntegrityError:
            return

    def last_run(self) -> tuple[str, datetime] | None:
        query = select(run_log.c.run_id, run_log.c.started_at).order_by(run_log.c.started_at.desc()).limit(1)
        with self.state.begin() as connection:
            row = connection.execute(query).first()
        return (row.run_id, row.started_at) if row else None

    def extracted(self, run_id: str, now: datetime, source: str, name: str, figures: Extracted) -> None:
        row = {"run_id": run_id, "at": now, "source": source, "object": name}
        counts = {"read": figures.read, "loaded": figures.loaded, "set_aside": figures.set_aside}
        with self.state.begin() as connection:
            connection.execute(insert(extract_log).values(**row, **counts))

    def used(self, run_id: str, now: datetime, source: str, figures: Mapping[str, Any]) -> None:
        """Note what a live source's limits stood at when its extract ended."""
        with self.state.begin() as connection:
            row = {"run_id": run_id, "at": now, "source": source, "figures": dict(figures)}
            connection.execute(insert(usage_log).values(**row))

    def usage(self) -> dict[str, dict[str, Any]]:
        """By source, calls used and left as they were last noted."""
        with self.state.begin() as connection:
            rows = connection.execute(select(usage_log).order_by(usage_log.c.id)).all()
        return {row.source: row.figures for row in rows}

    def evaluated(self, run_id: str, now: datetime, audience: str, figures: Evaluated) -> None:
        row = {"run_id": run_id, "at": now, "audience": audience, "size": figures.size}
        with self.state.begin() as connection:
            connection.execute(insert(evaluation_log).values(**row, entered=figures.entered, exited=figures.exited))

    def extracts_of(self, run_id: str) -> dict[tuple[str, str], Extracted]:
        """By (source, object), what the run took."""
        query = select(extract_log).where(extract_log.c.run_id == run_id).order_by(extract_log.c.id)
        with self.state.begin() as connection:
            rows = connection.execute(query).all()
        return {(row.source, row.object): Extracted(row.read, row.loaded, row.set_aside) for row in rows}

    def evaluations_of(self, run_id: str) -> dict[str, Evaluated]:
        query = select(evaluation_log).where(evaluation_log.c.run_id == run_id).order_by(evaluation_log.c.id)
        with self.state.begin() as connection:
            rows = connection.execute(query).all()
        return {row.audience: Evaluated(row.size, row.entered, row.exited) for row in rows}
