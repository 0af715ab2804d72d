"""The time a twin lives in: the real one, or one that was set, moved on or made to run faster."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from threading import Lock


class Clock:
    """Runs on from `start` (the present where none is given) at `speed` twin seconds a real second.

    Everything a twin does by time (expiry, windows, jobs, daily resets) follows this clock, and so does the `Date`
    header of its answers.
    """

    def __init__(self, start: datetime | None = None, speed: float = 1.0) -> None:
        self._lock = Lock()
        self._base = start.astimezone(UTC) if start else datetime.now(UTC)
        self._since = time.monotonic()
        self._speed = _fit(speed)

    def now(self) -> datetime:
        """The twin's time, aware, in UTC."""
        with self._lock:
            return self._now()

    def set(self, moment: datetime) -> None:
        """Jump to a moment, also backwards."""
        with self._lock:
            self._start_at(moment.astimezone(UTC))

    def advance(self, step: timedelta) -> None:
        with self._lock:
            self._start_at(self._now() + step)

    @property
    def speed(self) -> float:
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        """Run at another speed from now on; 0 stops the clock. Raises ValueError for a negative one."""
        with self._lock:
            self._start_at(self._now())
            self._speed = _fit(speed)

    def _now(self) -> datetime:
        return self._base + timedelta(seconds=(time.monotonic() - self._since) * self._speed)

    def _start_at(self, moment: datetime) -> None:
        self._base, self._since = moment, time.monotonic()


def _fit(speed: float) -> float:
    if speed < 0:
        raise ValueError("a clock's speed is 0 or more")
    return speed
