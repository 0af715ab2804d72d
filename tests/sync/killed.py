"""Reads a stream into the lake in a child process that kills itself at one of its own steps.

Run as `python killed.py <folder>`; writes, for each step, what the lake held right after the kill and after the next
read, as JSON lines, and ends at the first step that is never reached. The parent only imports and forks.
"""

from __future__ import annotations

import json
import shutil
import signal
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb  # noqa: F401  (imported before the fork)

from muster.connectors.exports.batch import SetAside
from muster.connectors.sync import buffer
from muster.connectors.sync.engine import last_synced, position_of, sync
from muster.connectors.sync.stream import Chunk, Position
from muster.settings import Settings
from tests.killing import child, held_by_loads, kill_at
from tests.sync.streams import MARKETO, NOW, Told, chunk, newest_of, settings_at


class Days(Told):
    """Four days of two leads each, with a position after each and a whole listing at the end, in two loads."""

    def read(self, position: Position | None) -> Iterator[Chunk]:
        first = int(position["at"]) if position else 0
        for day in range(first, 4):
            damaged = [SetAside(1, "not valid JSON", f"{{{day}")] if day == 3 else []
            yield chunk(lead(day, "a"), lead(day, "b"), at=day + 1, set_aside=damaged)
        if first == 0:
            yield chunk(whole={})


def lead(day: int, name: str) -> dict[str, str | None]:
    return {"id": None if (day, name) == (2, "b") else f"{day}{name}", "updatedAt": f"t{day}", "firstName": name}


def read(settings: Settings, die_at: int | None) -> None:
    buffer.ROWS = 4
    kill_at(settings, die_at)
    sync(MARKETO, Days([]), settings, NOW + timedelta(minutes=die_at is None))


def held(settings: Settings) -> dict[str, object]:
    """Rows of the lake and of the quarantine, by what each load says and by what is there."""
    position = position_of(MARKETO, "leads", settings)
    return {
        **held_by_loads(settings, MARKETO),
        "position": position["at"] if position else 0,
        "synced": last_synced(MARKETO, "leads", settings) is not None,
        "there": sorted(newest_of(MARKETO, settings)),
        "quarantines": len(list(settings.quarantine.glob("*/*/*/*.parquet"))),
        "drafts": [path.name for path in settings.data.rglob("*.parquet") if ".incoming" in path.parts],
    }  # fmt: skip


def mend(settings: Settings, then: Path, after: Path) -> None:
    then.write_text(json.dumps(held(settings)))
    read(settings, None)
    after.write_text(json.dumps(held(settings)))


def main(folder: Path) -> None:
    for step in range(1, 1000):
        settings = settings_at(folder)
        shutil.rmtree(settings.data, ignore_errors=True)
        ended = child(lambda: read(settings, step))  # noqa: B023
        report: dict[str, object] = {"step": step, "killed": ended == -signal.SIGKILL, "failed": ended > 0}
        then, after = folder / "then.json", folder / "after.json"
        report["again"] = child(lambda: mend(settings, then, after))  # noqa: B023
        report |= {"then": json.loads(then.read_text()), "after": json.loads(after.read_text())}
        sys.stdout.write(json.dumps(report) + "\n")
        if not report["killed"]:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
