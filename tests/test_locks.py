"""Locks between processes: one at a time, said once, freed by death."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from muster.errors import MusterError
from muster.locks import exclusive
from muster.settings import Settings

HOLDER = """
import sys, time
from pathlib import Path
from muster.locks import exclusive
from muster.settings import Settings
with exclusive(Settings.at(Path(sys.argv[1]), Path(sys.argv[1])), "warehouse"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.at(tmp_path, tmp_path)


@contextmanager
def another_process(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock `warehouse`."""
    command = [sys.executable, "-c", HOLDER, str(settings.data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.kill()


def test_a_lock_that_another_process_holds_is_waited_for_and_that_is_said_once(settings: Settings) -> None:
    said: list[str] = []
    with (
        another_process(settings),
        pytest.raises(MusterError, match=r"^warehouse is in use by another run for 1 s; try again later$"),
        exclusive(settings, "warehouse", wait=1.0, waiting=said.append),
    ):
        pytest.fail("the lock was had twice")
    assert said == ["warehouse is in use by another run; waiting for it"]


def test_a_killed_process_holds_nothing(settings: Settings) -> None:
    with another_process(settings) as holder:
        holder.kill()
        holder.wait()
        with exclusive(settings, "warehouse", wait=0.5):
            pass


def test_other_names_are_free(settings: Settings) -> None:
    with another_process(settings), exclusive(settings, "audiences", wait=0.0):
        pass


def test_a_lock_is_let_go_when_the_work_fails(settings: Settings) -> None:
    with pytest.raises(ZeroDivisionError), exclusive(settings, "warehouse"):
        _ = 1 / 0
    with exclusive(settings, "warehouse", wait=0.0):
        pass
