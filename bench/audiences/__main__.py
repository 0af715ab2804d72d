"""`python -m bench.audiences`: the curve over numbers of audiences, memory, a day with few changes."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from bench.audiences import day
from bench.audiences.compare import compare
from bench.audiences.memory import memory
from bench.machine import machine
from bench.marts import made_snapshot
from bench.table import table
from muster.settings import Settings


@click.command()
@click.option(
    "--people", default=1_000_000, show_default=True, help="People in the snapshot; events are ten times that."
)
@click.option(
    "--audiences", "counts", multiple=True, default=(50, 500, 2000), show_default=True, help="How many; many."
)
@click.option("--rounds", default=1, show_default=True, help="Rounds of each side; medians are told.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="[default: <data>/bench-audiences.json]")
def main(people: int, counts: tuple[int, ...], rounds: int, out: Path | None) -> None:
    """Time the evaluation of audiences beside a loop of counts in SQL, for each number of audiences."""
    data = Settings.from_environment().data
    data.mkdir(parents=True, exist_ok=True)
    console, facts = Console(), machine()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=data) as folder:
        place = Path(folder)
        settings = Settings.at(place / "config", place / "made")
        with console.status(f"{people:,} people …"):
            snapshot = made_snapshot(settings, people, 10 * people)
        found = []
        for count in counts:
            with console.status(f"{count} audiences …"):
                one = compare(snapshot, place / str(count), count, rounds)
                told = {**one.told, "memory": memory(snapshot, place / f"{count}-apart", count)}
                found.append(replace(one, told=told))
        with console.status("a day later …"):
            found.append(day.compare(settings, snapshot, place / "days", sorted(counts)[len(counts) // 2]))
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": facts,
        "rounds": rounds,
        "comparisons": [item.described() for item in found],
    }
    out = out or data / "bench-audiences.json"
    out.write_text(json.dumps(told, indent=1) + "\n")
    console.print(table(found, f"{facts['cores']} cores, {facts['memory_gib']} GiB, load {facts['load']}"))
    console.print(f"[dim]rounds: {rounds}, turn about; in full: {out}[/dim]")


if __name__ == "__main__":
    main()
