"""Starts a server of another make for some tests: on a free port of this machine, waited for, gone afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT

PEERS = CHECKOUT / ".peers"
#: Seconds that a server may take to answer at first.
PATIENCE = 30.0


def installed(path: Path | str, how: str) -> str:
    """The program, or a skip that says how to get it."""
    found = shutil.which(str(path))
    if not found:
        pytest.skip(f"{Path(path).name} is not installed ({how})")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def running(
    command: Sequence[str], port: int, log: Path, answers: Callable[[int], bool] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A server that listens on `port`; killed with all its children at the end, or when this process dies."""
    dying = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    with log.open("wb") as out:
        server = subprocess.Popen(
            [*dying, *command], stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    try:
        until = time.monotonic() + PATIENCE
        while not (answers or _listens)(port):
            if server.poll() is not None or time.monotonic() > until:
                pytest.fail(f"{Path(command[0]).name} did not start: {log.read_text(errors='replace')[-500:]}")
            time.sleep(0.05)
        yield server
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
