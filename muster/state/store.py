"""One engine for both databases, and the table definitions that other modules hang on `metadata`.

Each part of the domain declares its own tables on `metadata` beside the code that owns them; opening the store
creates what is missing. Times are stored as UTC, timezone-aware on the way out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.types import TypeDecorator

metadata = MetaData()


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value.astimezone(UTC) if value else None
        return value.replace(tzinfo=UTC)


class StateStore:
    """Open it with a SQLAlchemy URL; `begin()` gives a transaction that commits when the block ends."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        metadata.create_all(self.engine)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": 30})
        event.listen(engine, "connect", _write_ahead)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    return create_engine(parsed, pool_pre_ping=True)


def _write_ahead(connection: Any, _record: Any) -> None:
    """Readers (sensors) never wait for the one writer; a commit survives a power cut."""
    connection.isolation_level = None  # we say BEGIN ourselves, below
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: a transaction that reads and then writes cannot fail half way."""
    connection.exec_driver_sql("begin immediate")
