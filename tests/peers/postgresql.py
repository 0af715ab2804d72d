"""A PostgreSQL server of our own: reached by a socket by anyone here, and over TCP by those who know a password."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.peers.launch import free_port


@dataclass(frozen=True)
class Server:
    """Where it is: the folder of its socket, and a port of this machine."""

    folder: Path
    port: int

    def by_socket(self, database: str = "postgres") -> str:
        return f"postgresql://muster@/{database}?host={self.folder}&port={self.port}"

    def over_tcp(self, user: str, password: str, database: str, port: int | None = None) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{port or self.port}/{database}"


@contextmanager
def postgresql_server() -> Iterator[Server]:
    """A fresh cluster, gone afterwards; skips where PostgreSQL cannot run here."""
    if not all(shutil.which(name) for name in ("initdb", "pg_ctl", "postgres")):
        pytest.skip("initdb, pg_ctl and postgres are not on the PATH")
    as_other: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        if not shutil.which("setpriv"):
            pytest.skip("PostgreSQL does not run as root, and setpriv, to be somebody else, is not there")
        as_other = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    with tempfile.TemporaryDirectory(prefix="muster-postgresql-") as name:  # pytest's own folders are closed to others
        folder, port = Path(name), free_port()
        if as_other:
            shutil.chown(folder, "nobody", "nogroup")

        def run(*command: str) -> None:
            environment = {**os.environ, "LC_ALL": "C", "HOME": name}
            done = subprocess.run(
                [*as_other, *command], cwd=folder, env=environment, check=False, capture_output=True, text=True
            )
            if done.returncode:
                pytest.skip(f"{command[0]} did not work here: {done.stderr.strip()[-200:]}")

        settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='{folder}' -c fsync=off"
        cluster, log = str(folder / "cluster"), str(folder / "log")
        ways = ["--auth-local=trust", "--auth-host=scram-sha-256"]
        run("initdb", "--no-sync", *ways, "--encoding=UTF8", "--username=muster", "-D", cluster)
        run("pg_ctl", "start", "-w", "-s", "-D", cluster, "-l", log, "-o", settings)
        try:
            yield Server(folder, port)
        finally:
            run("pg_ctl", "stop", "-w", "-s", "-m", "immediate", "-D", cluster)
