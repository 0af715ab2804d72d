"""What an evaluation needs in memory, in a process of its own: the tables it loads, and the most it ever held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import duckdb

from bench.audiences.compare import WatchedSnapshot, run, store_at
from bench.audiences.questions import questions
from muster.snapshot import Snapshot


def memory(snapshot: Snapshot, place: Path, count: int) -> str:
    """In MiB, the interpreter and its libraries included."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        loaded, most = pool.submit(_measured, snapshot.folder, place, count).result()
    return f"{most} MiB at most, {loaded} MiB once tables were loaded"


class _Weighed(WatchedSnapshot):
    """Notes the size of the process in the place of seconds."""

    def load(self, columns: Mapping[str, Iterable[str]]) -> duckdb.DuckDBPyConnection:
        connection = super().load(columns)
        self.seconds.append(_status("VmRSS"))
        return connection


def _measured(folder: Path, place: Path, count: int) -> tuple[int, int]:
    snapshot = _Weighed(folder)
    run(list(questions(count)), snapshot, store_at(place))
    return int(snapshot.seconds[-1]), _status("VmHWM")


def _status(name: str) -> int:
    """MiB, as Linux tells it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) // 1024
