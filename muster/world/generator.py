"""Make a world, and move it on by a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from muster.errors import SourceError
from muster.world.exports import exports
from muster.world.model import open_world
from muster.world.state import FILE, State
from muster.world.summary import WorldSummary
from muster.world.truth import write_dirt, write_truth


def generate(folder: Path, *, people: int = 2000, days: int = 90, seed: int = 7, until: date) -> WorldSummary:
    """Write the exports of a whole world into `folder`, with its truth and `world.json`.

    `people` are human beings, most of them known to several systems; `days` is the length of the history of visits and
    letters; nothing happened on or after `until` 00:00 UTC. The same arguments give the same bytes. Raises SourceError
    where the folder already holds another world.
    """
    if people < 100 or days < 7 or seed < 0:
        raise SourceError("a world needs at least 100 people, 7 days and a seed of 0 or more")
    state = State(people, days, seed, until)
    if (folder / FILE).exists() and State.load(folder) != state:
        raise SourceError(f"{folder} already holds another world; take another folder, or remove it first")
    folder.mkdir(parents=True, exist_ok=True)
    return _write(folder, state)


def next_day(folder: Path) -> WorldSummary:
    """Move the world in `folder` one day on: new files with what changed, beside the old ones, which stay as they are.

    A run that was cut short is made good by running it again. Raises SourceError where the folder holds no world.
    """
    return _write(folder, State.load(folder).next())


def _write(folder: Path, state: State) -> WorldSummary:
    with open_world(state, folder / ".spill") as connection:
        files, dirty = {}, {}
        for export in exports(connection, state):
            rows = export.write(connection, export.query, folder / export.path, export.dirt)
            if rows:
                files[export.path.as_posix()] = rows + bool(export.dirt)
                dirty.update({export.path.as_posix(): 1} if export.dirt else {})
        write_truth(connection, folder)
        if state.day == 0:
            write_dirt(folder, dirty)
        summary = _summary(connection, folder, state, files, dirty)
    state.save(folder)
    return summary


def _summary(
    connection: duckdb.DuckDBPyConnection, folder: Path, state: State, files: dict[str, int], dirty: dict[str, int]
) -> WorldSummary:
    def count(what: str) -> int:
        row = connection.execute(f"select count(*) from {what}").fetchone()
        return int(row[0]) if row else 0

    return WorldSummary(
        folder=folder,
        as_of=state.as_of,
        day=state.day,
        files=files,
        dirty=dirty,
        orphans=count("contact where is_orphan and is_news(updated_at)"),
        people=count("person"),
        companies=count("company"),
        accounts=count("account"),
        contacts=count("contact"),
        leads=count("lead"),
        opportunities=count("deal"),
        events=count("web_event where is_news(occurred_at)"),
    )
