"""The few numbers from which a whole world, on any day, is worked out again: `world.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from muster.errors import SourceError

FILE = "world.json"


@dataclass(frozen=True)
class State:
    """`people` at the start, `days` of history before `until`, and how many days the world has moved on since."""

    people: int
    days: int
    seed: int
    until: date
    day: int = 0

    @property
    def as_of(self) -> date:
        """The date at whose start (00:00 UTC) the newest exports were taken."""
        return self.until + timedelta(days=self.day)

    def next(self) -> State:
        return replace(self, day=self.day + 1)

    @property
    def sizes(self) -> dict[str, int]:
        """How many of everything there are at the start, and how many come every day."""
        companies = max(30, self.people // 10)
        deals = max(40, self.people * 3 // 20)
        return {
            "companies": companies,
            "companies_per_day": max(1, companies // 250),
            "people_per_day": max(4, self.people // 250),
            "deals": deals,
            "deals_per_day": max(1, deals // 200),
        }

    def save(self, folder: Path) -> None:
        told = {**asdict(self), "until": self.until.isoformat()}
        (folder / FILE).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> State:
        """Raises SourceError where the folder holds no world."""
        path = folder / FILE
        if not path.is_file():
            raise SourceError(f"{folder} holds no world ({FILE} is not there); run `muster world` first")
        told = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**told, "until": date.fromisoformat(told["until"])})
