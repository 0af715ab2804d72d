"""What vendors count: calls in a sliding window, calls in progress, calls (or bytes, or rows) a day.

All are safe between threads, follow the twin's clock, and have a `limit` that may be changed at any time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol
from zoneinfo import ZoneInfo

from muster.twins.clock import Clock

A_DAY = timedelta(days=1)


class Limit(Protocol):
    """Anything that can be shown and changed through the control URL."""

    limit: int

    @property
    def used(self) -> int: ...


class SlidingWindow:
    """At most `limit` calls in any `seconds`."""

    def __init__(self, limit: int, seconds: float, clock: Clock) -> None:
        self.limit, self.seconds = limit, seconds
        self._clock, self._lock = clock, Lock()
        self._taken: deque[datetime] = deque()

    def take(self) -> bool:
        """Count a call, if there is room; a refused call is not counted."""
        with self._lock:
            now = self._forget()
            if len(self._taken) >= self.limit:
                return False
            self._taken.append(now)
            return True

    @property
    def used(self) -> int:
        with self._lock:
            self._forget()
            return len(self._taken)

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def free_in(self) -> float:
        """Twin seconds until the next call has room, 0 where it has now."""
        with self._lock:
            now = self._forget()
            over = len(self._taken) - self.limit
            if over < 0:
                return 0.0
            return self.seconds - (now - self._taken[over]).total_seconds()

    def _forget(self) -> datetime:
        now = self._clock.now()
        start = now - timedelta(seconds=self.seconds)
        while self._taken and not start < self._taken[0] <= now:  # the clock may have been set back
            self._taken.popleft()
        return now


class Gauge:
    """At most `limit` calls in progress at once."""

    def __init__(self, limit: int) -> None:
        self.limit, self._used, self._lock = limit, 0, Lock()

    @contextmanager
    def slot(self) -> Iterator[bool]:
        """Holds a slot for the while; gives False, and holds none, where all are taken."""
        with self._lock:
            granted = self._used < self.limit
            self._used += granted
        try:
            yield granted
        finally:
            with self._lock:
                self._used -= granted

    @property
    def used(self) -> int:
        return self._used


class Daily:
    """At most `limit` a day: from midnight to midnight of `zone` (an IANA name), or in any 24 hours without one.

    A rolling day is counted by the minute.
    """

    def __init__(self, limit: int, clock: Clock, zone: str | None = None) -> None:
        self.limit = limit
        self._clock, self._zone, self._lock = clock, ZoneInfo(zone) if zone else None, Lock()
        self._counts: deque[tuple[datetime, int]] = deque()  # by start of the minute, or of the day

    def take(self, amount: int = 1) -> bool:
        """Count an amount, if there is room for all of it."""
        with self._lock:
            slot = self._forget()
            if self._sum() + amount > self.limit:
                return False
            self._add(slot, amount)
            return True

    def spend(self, amount: int = 1) -> None:
        """Count an amount whether or not there is room, as for a file that was begun within the limit."""
        with self._lock:
            self._add(self._forget(), amount)

    @property
    def used(self) -> int:
        with self._lock:
            self._forget()
            return self._sum()

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def resets_at(self) -> datetime:
        """When some of it is back: the next midnight of the zone, or a day after the oldest use. UTC."""
        with self._lock:
            slot = self._forget()
            if self._zone:
                return _midnight(slot.astimezone(self._zone) + A_DAY, self._zone)
            return (self._counts[0][0] if self._counts else slot) + A_DAY

    def _forget(self) -> datetime:
        now = self._clock.now()
        if self._zone:
            slot = first = _midnight(now.astimezone(self._zone), self._zone)
        else:
            slot = now.replace(second=0, microsecond=0)
            first = slot - A_DAY + timedelta(minutes=1)
        while self._counts and not first <= self._counts[0][0] <= slot:
            self._counts.popleft()
        return slot

    def _add(self, slot: datetime, amount: int) -> None:
        if self._counts and self._counts[-1][0] == slot:
            amount += self._counts.pop()[1]
        self._counts.append((slot, amount))

    def _sum(self) -> int:
        return sum(amount for _, amount in self._counts)


def _midnight(local: datetime, zone: ZoneInfo) -> datetime:
    return datetime(local.year, local.month, local.day, tzinfo=zone).astimezone(UTC)
