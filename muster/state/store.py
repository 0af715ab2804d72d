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

from sqlalchemy import URL, Connection, DateTime, Dialect, Engine, MetaData, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.types import TypeDecorator

from muster.errors import StateError
from muster.state.growing import add_missing_columns

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
    """Open it with a SQLAlchemy URL; `begin()` gives a transaction that commits when the block ends.

    Both raise StateError where the database does not answer.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(_parsed(url))
        try:
            metadata.create_all(self.engine)
            add_missing_columns(self.engine, metadata)
        except DBAPIError as error:
            raise self._unusable(error) from error

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        try:
            with self.engine.begin() as connection:
                yield connection
        except OperationalError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: DBAPIError) -> StateError:
        place = self.engine.url.host or self.engine.url.database
        told = (str(error.orig).splitlines() or [type(error).__name__])[0]
        return StateError(f"the state store at {place} cannot be used: {told}; check it, or MUSTER_STATE_URL")

    def close(self) -> None:
        self.engine.dispose()


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None  # the error may quote the URL
    if parsed is None or parsed.get_backend_name() not in {"sqlite", "postgresql", "postgres"}:
        raise StateError("MUSTER_STATE_URL is no URL of a state store; write postgresql://<user>@<host>/<database>")
    return parsed


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        if url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": 30}, hide_parameters=True)
        event.listen(engine, "connect", _write_ahead)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True)


def _write_ahead(connection: Any, _record: Any) -> None:
    """Readers (sensors) never wait for the one writer; a commit survives a power cut."""
    connection.isolation_level = None  # we say BEGIN ourselves, below
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: a transaction that reads and then writes cannot fail half way."""
    connection.exec_driver_sql("begin immediate")
