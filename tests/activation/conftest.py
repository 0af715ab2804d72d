"""Both state stores: SQLite always, PostgreSQL where its server programs are on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
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
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, reached by a socket and gone after the tests."""
    if not all(shutil.which(name) for name in ("initdb", "pg_ctl", "postgres")):
        pytest.skip("initdb, pg_ctl and postgres are not on the PATH")
    folder = tmp_path_factory.mktemp("postgresql")
    as_other: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        if not shutil.which("setpriv"):
            pytest.skip("PostgreSQL does not run as root, and setpriv, to be somebody else, is not there")
        as_other = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        shutil.chown(folder, "nobody", "nogroup")
        for parent in folder.parents:
            if parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o011)
    cluster = folder / "cluster"
    environment = {**os.environ, "LC_ALL": "C", "HOME": str(folder)}
    settings = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"

    def run(*command: str) -> None:
        done = subprocess.run(
            [*as_other, *command], cwd=folder, env=environment, check=False, capture_output=True, text=True
        )
        if done.returncode:
            pytest.skip(f"{command[0]} did not work here: {done.stderr.strip()[-200:]}")

    run("initdb", "--no-sync", "--auth=trust", "--encoding=UTF8", "--username=muster", "-D", str(cluster))
    run("pg_ctl", "start", "-w", "-s", "-D", str(cluster), "-l", str(folder / "log"), "-o", settings)
    try:
        yield f"postgresql://muster@/postgres?host={folder}"
    finally:
        subprocess.run(
            [*as_other, "pg_ctl", "stop", "-s", "-m", "immediate", "-D", str(cluster)],
            cwd=folder, env=environment, check=False,
        )  # fmt: skip


def _fresh_database(server: str) -> str:
    name = f"muster_{uuid.uuid4().hex[:12]}"
    engine = create_engine(server.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'create database "{name}"'))
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")
