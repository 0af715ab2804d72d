"""Both state stores: SQLite always, PostgreSQL where its server programs are on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from muster.settings import Settings
from muster.state import StateStore
from tests.activation.small_world import World


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
    """The URL of a PostgreSQL server of our own, reached by a socket and gone after the tests."""
    if not all(shutil.which(name) for name in ("initdb", "pg_ctl", "postgres")):
        pytest.skip("initdb, pg_ctl and postgres are not on the PATH")
    as_other: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        if not shutil.which("setpriv"):
            pytest.skip("PostgreSQL does not run as root, and setpriv, to be somebody else, is not there")
        as_other = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    with tempfile.TemporaryDirectory(prefix="muster-postgresql-") as name:  # pytest's own folders are closed to others
        folder = Path(name)
        if as_other:
            shutil.chown(folder, "nobody", "nogroup")

        def run(*command: str) -> None:
            environment = {**os.environ, "LC_ALL": "C", "HOME": name}
            done = subprocess.run(
                [*as_other, *command], cwd=folder, env=environment, check=False, capture_output=True, text=True
            )
            if done.returncode:
                pytest.skip(f"{command[0]} did not work here: {done.stderr.strip()[-200:]}")

        settings = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        cluster, log = str(folder / "cluster"), str(folder / "log")
        run("initdb", "--no-sync", "--auth=trust", "--encoding=UTF8", "--username=muster", "-D", cluster)
        run("pg_ctl", "start", "-w", "-s", "-D", cluster, "-l", log, "-o", settings)
        try:
            yield f"postgresql://muster@/postgres?host={folder}"
        finally:
            run("pg_ctl", "stop", "-w", "-s", "-m", "immediate", "-D", cluster)


def _fresh_database(server: str) -> str:
    name = f"muster_{uuid.uuid4().hex[:12]}"
    engine = create_engine(server.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'create database "{name}"'))
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")
