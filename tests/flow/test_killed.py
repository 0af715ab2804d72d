"""The whole flow killed without warning and run again: nothing hangs, nothing is lost, nothing is sent twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import MUSTER, Installation


def kill_when(installation: Installation, reached: Callable[[], bool]) -> None:
    """Start `muster run` and SIGKILL it, and nothing that it started, as soon as it got somewhere."""
    process = subprocess.Popen(
        [MUSTER, "run", "--quiet"], env=installation.environment(), start_new_session=True, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 300
    while not reached():
        if process.poll() is not None or time.monotonic() > until:
            pytest.fail("the run ended before it could be killed")
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def in_dbt(installation: Installation) -> bool:
    log = installation.data / "logs" / "run.log"
    return log.exists() and "START sql table model" in log.read_text(errors="replace")


def delivered(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.manifest.json"))


def test_killed_in_dbt_and_in_the_middle_of_deliveries_it_ends_exactly_right(world_copy: Installation) -> None:
    (world_copy.data / "logs" / "run.log").unlink()
    outbox = world_copy.data / "outbox"
    before = delivered(outbox)
    world_copy.muster("world", "--next-day")
    kill_when(world_copy, lambda: in_dbt(world_copy))
    kill_when(world_copy, lambda: len(delivered(outbox)) > len(before))
    world_copy.muster("run")
    told = world_copy.status()

    manifests = [json.loads(path.read_text()) for path in delivered(outbox) if path not in before]
    sent = [(item["audience"], item["delivery"]) for item in manifests]
    assert len(sent) == len(set(sent)) > 1
    changed = {item["name"] for item in told["audiences"]} & {audience for audience, _ in sent}
    assert changed
