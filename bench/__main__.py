"""`python -m bench [job …]`: runs the comparisons, prints the table, writes `<data>/bench.json`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import click
from rich.console import Console

from bench import audiences, daily, files, lake, live
from bench.machine import machine
from bench.marts import made_snapshot
from bench.table import table
from bench.timing import Comparison
from muster.settings import Settings
from muster.snapshot import Snapshot


@dataclass(frozen=True)
class Sizes:
    """How much of everything."""

    people: int
    audiences: int
    world: int
    activities: int
    rounds: int

    @property
    def events(self) -> int:
        return 10 * self.people


@dataclass
class Bench:
    """The comparisons of one run; the generated snapshot is made when the first of them asks for it."""

    place: Path
    sizes: Sizes

    @cached_property
    def snapshot(self) -> Snapshot:
        settings = Settings.at(self.place / "config", self.place / "made")
        return made_snapshot(settings, self.sizes.people, self.sizes.events)

    def audiences(self) -> list[Comparison]:
        return [audiences.compare(self.snapshot, self._folder("audiences"), self.sizes.audiences, self.sizes.rounds)]

    def files(self) -> list[Comparison]:
        return files.compare(self.snapshot, self._folder("files"), self.sizes.rounds)

    def lake(self) -> list[Comparison]:
        return [lake.compare(self._folder("lake"), self.sizes.people, self.sizes.rounds)]

    def live(self) -> list[Comparison]:
        return live.compare(self._folder("live"), self.sizes.activities, self.sizes.rounds)

    def daily(self) -> list[Comparison]:
        return daily.compare(self._folder("daily"), self.sizes.world)

    def _folder(self, name: str) -> Path:
        folder = self.place / name
        folder.mkdir()
        return folder


JOBS: dict[str, Callable[[Bench], list[Comparison]]] = {
    "audiences": Bench.audiences,
    "files": Bench.files,
    "lake": Bench.lake,
    "live": Bench.live,
    "daily": Bench.daily,
}


@click.command()
@click.argument("jobs", nargs=-1, type=click.Choice([*JOBS]))
@click.option("--people", default=100_000, show_default=True, help="People in the snapshot; events are ten times that.")
@click.option("--audiences", default=200, show_default=True, help="Audiences to evaluate.")
@click.option("--world", default=2000, show_default=True, help="People in the demo world of `daily`.")
@click.option("--activities", default=200_000, show_default=True, help="Length of the history in `live`.")
@click.option("--rounds", default=3, show_default=True, help="Rounds of each side; medians are told.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The JSON.  [default: <data>/bench.json]")
def main(
    jobs: tuple[str, ...], people: int, audiences: int, world: int, activities: int, rounds: int, out: Path | None
) -> None:
    """Time Muster side by side with a floor or a peer; JOBS are all of them unless named."""
    data = Settings.from_environment().data
    data.mkdir(parents=True, exist_ok=True)
    console, facts = Console(), machine()
    comparisons: list[Comparison] = []
    with tempfile.TemporaryDirectory(prefix="bench-", dir=data) as place:
        bench = Bench(Path(place), Sizes(people, audiences, world, activities, rounds))
        for name in jobs or JOBS:
            with console.status(f"{name} …"):
                comparisons += JOBS[name](bench)
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": facts,
        "rounds": rounds,
        "comparisons": [item.described() for item in comparisons],
    }
    out = out or data / "bench.json"
    out.write_text(json.dumps(told, indent=1) + "\n")
    console.print(table(comparisons, f"{facts['cores']} cores, {facts['memory_gib']} GiB, load {facts['load']}"))
    console.print(f"[dim]medians of {rounds} rounds, turn about (the demo world: once); in full: {out}[/dim]")


if __name__ == "__main__":
    main()
