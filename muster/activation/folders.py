"""Where the row files of one activation are: `<data>/deliveries/<destination>/<audience>/`."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from muster.settings import Settings


@dataclass(frozen=True)
class Folders:
    """Names only; nothing is made here. `tidy` removes what nothing refers to any more."""

    settings: Settings
    destination: str
    audience: str

    @property
    def root(self) -> Path:
        return self.settings.deliveries / self.destination / self.audience

    def wanted(self, version: int) -> Path:
        """Everyone who is wanted, and how, as of a wanted version."""
        return self.root / "wanted" / f"{version:06d}.parquet"

    def believed(self, number: int) -> Path:
        """What the destination holds since delivery `number` was acknowledged."""
        return self.root / "believed" / f"{number:06d}.parquet"

    def plan(self, number: int) -> Path:
        """What delivery `number` sends; there only until it is acknowledged."""
        return self.root / "plans" / f"{number:06d}"

    def plan_wanted(self, number: int) -> Path:
        """Everyone who was wanted when delivery `number` was planned."""
        return self.plan(number) / "wanted.parquet"

    def plan_changes(self, number: int) -> Path:
        """The rows that delivery `number` adds, updates and removes."""
        return self.plan(number) / "changes.parquet"

    def results(self, number: int) -> Path:
        """A file for each batch of delivery `number` of which the destination said more than that it has it."""
        return self.plan(number) / "results"

    def refused(self, number: int) -> Path:
        """The rows that the destination would not take, as of delivery `number`."""
        return self.root / "refused" / f"{number:06d}.parquet"

    def tidy(self, wanted_from: int, kept: Mapping[str, int | None], unfinished: Collection[int]) -> None:
        """Drop wanted versions before `wanted_from`, all but the `kept` of each other folder, and finished plans."""
        for path in (self.root / "wanted").glob("[0-9]*.parquet"):
            if int(path.stem) < wanted_from:
                path.unlink(missing_ok=True)
        for folder, number in kept.items():
            for path in (self.root / folder).glob("[0-9]*.parquet"):
                if int(path.stem) != number:
                    path.unlink(missing_ok=True)
        for path in (self.root / "plans").glob("[0-9]*"):
            if int(path.name) not in unfinished:
                shutil.rmtree(path, ignore_errors=True)
