"""Both state stores: SQLite always, PostgreSQL where its server programs are on the machine."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from muster.settings import Settings
from muster.state import StateStore
from tests.activation.small_world import World
from tests.peers.postgresql import postgresql_server


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    settings = Settings.at(tmp_path / "config", tmp_path / "data")
    store = StateStore(settings.state_url)
    yield World(settings, store)
    store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.peer)])
def any_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world on each kind of state store in turn."""
    url = None
    if request.param == "postgresql":
        url = _fresh_database(request.getfixturevalue("postgresql"))
    settings = Settings.at(tmp_path / "config", tmp_path / "data", url)
    store = StateStore(settings.state_url)
    yield World(settings, store)
    store.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, gone after the tests."""
    with postgresql_server() as server:
        yield server.by_socket()


def _fresh_database(server: str) -> str:
    name = f"muster_{uuid.uuid4().hex[:12]}"
    engine = create_engine(server.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'create database "{name}"'))
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")
