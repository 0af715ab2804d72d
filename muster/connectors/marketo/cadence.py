"""How often to look again at what tells of no changes: as often as its calls are a small part of the day's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

#: The part of the day's calls for each thing that has to be looked through. (Our decision.)
_PART = 0.05
#: So few calls are made each time.
_FREE = 5


@dataclass(frozen=True)
class Cadence:
    """`calls` are those that may be made in a day."""

    calls: float

    def is_due(self, last: datetime | None, now: datetime, calls: int) -> bool:
        """Whether something that takes so many calls is to be looked through again.

        With 25,000 calls a day: 20 calls every 23 minutes, 300 every six hours, 3,000 every two and a half days.
        """
        return last is None or calls <= _FREE or now - last >= self.interval(calls) or last > now

    def interval(self, calls: int) -> timedelta:
        return timedelta(days=calls / (self.calls * _PART))
