"""Child processes that kill themselves at one of their own steps, and what the loads of a source then hold."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable

import pyarrow.parquet as pq

from muster.config.models import Source
from muster.lake import loads
from muster.settings import Settings

#: What a process asks of the file system, as far as Python sees it.
STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"}


def kill_at(settings: Settings, die_at: int | None) -> None:
    """From here on this process kills itself at a step of its own in the data folder; with None it never does."""
    seen = 0

    def step(event: str, about: tuple[object, ...]) -> None:
        nonlocal seen
        if event in STEPS and str(about[0]).startswith(str(settings.data)):
            seen += 1
            if seen == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(step)


def child(work: Callable[[], None]) -> int:
    """Runs a function in a fork; the signal or the code with which it ended."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def held_by_loads(settings: Settings, source: Source) -> dict[str, list[str]]:
    """`rows` and `aside` of all loads, and the names of loads that hold other than they say, `wrong`."""
    rows, aside, wrong = [], [], []
    for each in loads(settings, source):
        ids = pq.ParquetFile(each.path).read()["_row_id"].to_pylist()
        beside = settings.quarantine / each.path.relative_to(settings.lake)
        raws = pq.ParquetFile(beside).read()["_raw"].to_pylist() if beside.exists() else []
        if (len(ids), len(raws)) != (each.loaded, each.set_aside) or each.read != each.loaded + each.set_aside:
            wrong.append(each.name)
        rows += ids
        aside += raws
    return {"rows": sorted(rows), "aside": sorted(aside), "wrong": wrong}
