"""Takes an export into the lake in a child process that kills itself at one of its own steps.

Run as `python killed.py <folder>`; writes, for each step, what the lake held right after the kill and after the
next load, as JSON lines, and ends at the first step that is never reached. The parent only imports and forks.
"""

from __future__ import annotations

import json
import shutil
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb  # noqa: F401  (imported before the fork)

from muster.config.models import Source
from muster.connectors import discover, load, totals
from muster.settings import Settings
from tests.killing import child, held_by_loads, kill_at


def take(settings: Settings, source: Source, die_at: int | None) -> None:
    (export,) = discover(source, settings)
    kill_at(settings, die_at)
    load(source, export, settings, datetime(2026, 11, 24, 6, die_at is None, tzinfo=UTC))


def held(settings: Settings, source: Source) -> dict[str, object]:
    """Rows of the lake and of the quarantine, by what each load says and by what is there."""
    (export,) = discover(source, settings)
    return {
        **held_by_loads(settings, source),
        "total": totals(source, export, settings).read,
        "quarantines": len(list(settings.quarantine.glob("*/*/*/*.parquet"))),
        "drafts": [path.name for path in settings.data.rglob("*.*") if path.parts[-4:-3] == (".incoming",)],
    }  # fmt: skip


def mend(settings: Settings, source: Source, told: Path) -> None:
    take(settings, source, None)
    told.write_text(json.dumps(held(settings, source)))


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
