"""What a generated world holds, for the person who asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class WorldSummary:
    """The world as it stands after a generation or a day.

    `as_of` is the date at whose start (00:00 UTC) the exports were taken: nothing in them happened later. `files` are
    the exports just written, path below `folder` → records (header and envelope not counted, dirty rows counted).
    `dirty` counts the deliberately bad ones among them by file, all of which belong in a quarantine; `orphans` counts
    the contacts just written whose AccountId points nowhere.
    """

    folder: Path
    as_of: date
    day: int
    files: Mapping[str, int]
    dirty: Mapping[str, int]
    orphans: int
    people: int
    companies: int
    accounts: int
    contacts: int
    leads: int
    opportunities: int
    events: int

    def __str__(self) -> str:
        lines = [
            f"{self.folder}: as of {self.as_of} 00:00 UTC (day {self.day}), {self.people:,} people, "
            f"{self.companies:,} companies, {self.opportunities:,} opportunities",
            *(
                f"  {name:<48}{rows:>12,}" + (f"  ({self.dirty[name]} to set aside)" if name in self.dirty else "")
                for name, rows in self.files.items()
            ),
            f"  {'in all':<48}{self.rows:>12,}"
            + (f"  ({self.orphans} contacts without account)" if self.orphans else ""),
        ]
        return "\n".join(lines)

    @property
    def rows(self) -> int:
        """Records in all files just written."""
        return sum(self.files.values())
