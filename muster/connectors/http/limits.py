"""What a vendor allows, as its documentation tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Window:
    """At most `calls` calls of a lane in any `seconds` seconds; the lane `""` is all calls."""

    calls: int
    seconds: float
    lane: str = ""


@dataclass(frozen=True)
class Daily:
    """At most `calls` calls, or bytes where `unit` says so, of a lane a day.

    The day begins at midnight in `zone` (IANA); without a zone it is the last 24 hours at any instant.
    """

    calls: int
    zone: str | None = None
    lane: str = ""
    unit: str = "calls"

    def begins(self, now: float) -> float:
        """When the day of the instant `now` (POSIX seconds) began."""
        return self._midnight(now).timestamp() if self.zone else now - 86_400

    def ends(self, now: float) -> float | None:
        """When the day is over; None where it moves along with the clock."""
        return (self._midnight(now) + timedelta(days=1)).timestamp() if self.zone else None

    @property
    def words(self) -> str:
        return "today" if self.zone else "in 24 h"

    def _midnight(self, now: float) -> datetime:
        return datetime.fromtimestamp(now, ZoneInfo(self.zone or "UTC")).replace(
            hour=0, minute=0, second=0, microsecond=0
        )


@dataclass(frozen=True)
class Limits:
    """All limits of one vendor instance; `concurrent` is how many calls may be in progress at once."""

    windows: tuple[Window, ...] = ()
    daily: tuple[Daily, ...] = ()
    concurrent: int = 10

    def faster(self, speed: float) -> Limits:
        """As they are where the vendor's clock runs `speed` times as fast as ours, which only a twin's does."""
        windows = tuple(Window(each.calls, each.seconds / speed, each.lane) for each in self.windows)
        return Limits(windows, self.daily, self.concurrent)

    def shared(self, share: float) -> Limits:
        """The part of them that may be used here, at least one of each."""
        return Limits(
            tuple(Window(_part(each.calls, share), each.seconds, each.lane) for each in self.windows),
            tuple(Daily(_part(each.calls, share), each.zone, each.lane, each.unit) for each in self.daily),
            _part(self.concurrent, share),
        )


def _part(whole: int, share: float) -> int:
    return max(1, int(whole * share + 1e-9))
