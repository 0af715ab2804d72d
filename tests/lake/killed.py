"""Takes an export into the lake in a child process that kills itself at one of its own steps.

Run as `python killed.py <folder>`; writes, for each step, what the lake held right after the kill and after the
next load, as JSON lines, and ends at the first step that is never reached. The parent only imports and forks.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

import duckdb  # noqa: F401  (imported before the fork)
import pyarrow.parquet as pq

from muster.config.models import Source
from muster.connectors import discover, load, totals
from muster.lake import loads
from muster.settings import Settings

#: What a process asks of the file system, as far as Python sees it.
STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"}


def take(settings: Settings, source: Source, die_at: int | None) -> None:
    seen = 0

    def step(event: str, about: tuple[object, ...]) -> None:
        nonlocal seen
        if event in STEPS and str(about[0]).startswith(str(settings.data)):
            seen += 1
            if seen == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    (export,) = discover(source, settings)
    sys.addaudithook(step)
    load(source, export, settings, datetime(2026, 11, 24, 6, die_at is None, tzinfo=UTC))


def held(settings: Settings, source: Source) -> dict[str, object]:
    """Rows of the lake and of the quarantine, by what each load says and by what is there."""
    rows, aside, wrong = [], [], []
    for each in loads(settings, source):
        ids = pq.ParquetFile(each.path).read()["_row_id"].to_pylist()
        beside = settings.quarantine / each.path.relative_to(settings.lake)
        raws = pq.ParquetFile(beside).read()["_raw"].to_pylist() if beside.exists() else []
        if (len(ids), len(raws)) != (each.loaded, each.set_aside) or each.read != each.loaded + each.set_aside:
            wrong.append(each.file)
        rows += ids
        aside += raws
    (export,) = discover(source, settings)
    return {
        "rows": sorted(rows),
        "aside": sorted(aside),
        "wrong": wrong,
        "total": totals(source, export, settings).read,
        "quarantines": len(list(settings.quarantine.glob("*/*/*/*.parquet"))),
        "drafts": [path.name for path in settings.data.rglob("*.*") if path.parts[-4:-3] == (".incoming",)],
    }  # fmt: skip


def mend(settings: Settings, source: Source, told: Path) -> None:
    take(settings, source, None)
    told.write_text(json.dumps(held(settings, source)))


def child(work: object) -> int:
    """Runs a function in a fork; the signal or the code with which it ended."""
    pid = os.fork()
    if pid == 0:
        try:
            work()  # type: ignore[operator]
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main(folder: Path) -> None:
    source = Source(name="crm", type="salesforce", path=str(folder / "exports"))
    for step in range(1, 1000):
        settings = Settings.at(folder / "config", folder / "data")
        shutil.rmtree(settings.data, ignore_errors=True)
        ended = child(lambda: take(settings, source, step))  # noqa: B023
        report: dict[str, object] = {"step": step, "killed": ended == -signal.SIGKILL, "failed": ended > 0}
        child(lambda: (folder / "killed.json").write_text(json.dumps(held(settings, source))))  # noqa: B023
        report["then"] = json.loads((folder / "killed.json").read_text())
        again = child(lambda: mend(settings, source, folder / "mended.json"))  # noqa: B023
        report |= {"again": again, "after": json.loads((folder / "mended.json").read_text())}
        sys.stdout.write(json.dumps(report) + "\n")
        if not report["killed"]:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
