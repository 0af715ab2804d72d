"""How often something may be read whole again only to see what is gone. (Our decision.)

HubSpot tells of changes, but of an archival only in the list of all that is archived, of a permanent deletion not at
all, of a list's members only whole. Each such reading may take a twentieth of the day's calls that may be used.
"""

from __future__ import annotations

from dataclasses import dataclass

_PART = 0.05
_DAY = 86_400_000


@dataclass(frozen=True)
class Pace:
    """Readings of some pages within `calls` a day; up to `free` pages may be read each time."""

    calls: float
    free: int

    def is_due(self, pages: int, last: int, now: int) -> bool:
        """Whether what took so many pages at `last` (milliseconds; 0 is never) may be read again."""
        if not last or now < last or pages <= self.free:  # before: the clock was put back
            return True
        return now - last >= pages / (self.calls * _PART) * _DAY


@dataclass(frozen=True)
class Paces:
    """How often all archived records of a type are listed, how often all its records, all associations, and the
    members of all lists."""

    archived: Pace
    records: Pace
    associations: Pace
    members: Pace

    @classmethod
    def within(cls, calls: float) -> Paces:
        """Within so many calls a day; small accounts are simply read whole each time."""
        return cls(Pace(calls, 20), Pace(calls, 20), Pace(calls, 40), Pace(calls, 100))
