"""One budget a vendor instance: all processes that call it, readers and destinations, share what it allows.

    with budget.call("search"):     # waits until a call is free, counts it, holds a place while it is in progress
        …

The counts are in `<data>/budgets/<vendor>-<instance>.db` (`tally`), the limits in `limits`. A budget is kept to by
waiting, but for the day's limits: where they are used up, QuotaSpent says when they are back. The day is that of the
vendor's clock. The first call of a budget is not held back by the day, for its answer says how things stand: whether
the day is over, or whether others have used it up.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from muster.connectors.http.errors import QuotaSpent
from muster.connectors.http.limits import Daily, Limits
from muster.connectors.http.tally import Tally, Told, Turn
from muster.settings import Settings

#: How often a caller looks whether another one has finished, seconds.
_LOOK_AGAIN = 0.01
#: Seconds that a vendor's clock may be off before its days are counted by it.
_OFF = 120.0
#: How long the vendor's own figure is trusted where the day has no midnight: what others used may be free again.
_TOLD_HOLDS = 3600.0


class Budget:
    """The calls that may be made of one instance; safe between threads and processes, at less than 1 ms a call."""

    def __init__(
        self,
        path: Path,
        label: str,
        limits: Limits,
        share: float = 1.0,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._tally, self._label, self._share = Tally(path), label, share
        self._limits, self._whole = limits.shared(share), limits
        self._clock, self._sleep = clock, sleep
        self._off: float | None = None
        self._called = False
        self._longest = max((each.seconds for each in limits.windows), default=0.0)

    @classmethod
    def of(
        cls, settings: Settings, vendor: str, instance: str, limits: Limits, share: float, speed: float = 1.0
    ) -> Budget:
        """The budget of an instance, of whose limits the part `share` may be used here; `speed` is its clock's."""
        name = re.sub(r"[^A-Za-z0-9._-]", "_", f"{vendor}-{instance}")
        return cls(settings.data / "budgets" / f"{name}.db", f"{vendor} {instance}", limits.faster(speed), share)

    @contextmanager
    def call(self, lane: str = "") -> Iterator[None]:
        """Hold one call of a lane; waits for it. QuotaSpent where the day has none left."""
        number = self._begin(lane)
        try:
            yield
        finally:
            with self._tally.turn() as turn:
                turn.end(number, self._clock())

    def spend(self, amount: int, lane: str = "", unit: str = "bytes") -> None:
        """Count what a call took besides itself, such as the bytes of a file."""
        with self._tally.turn() as turn:
            turn.add(amount, lane, unit, self._today(turn))

    def need(self, amount: int, lane: str = "", unit: str = "bytes") -> None:
        """QuotaSpent where the day has less than `amount` left of a lane."""
        with self._tally.turn() as turn:
            now = self._today(turn)
            for daily in self._dailies(lane, unit):
                if self._left(turn, daily, now) < amount:
                    raise self._gone(turn, daily, now)

    def left(self, lane: str = "", unit: str = "calls") -> int | None:
        """What the day has left of a lane; None where it has no limit."""
        with self._tally.turn() as turn:
            now = self._today(turn)
            return min((max(0, self._left(turn, each, now)) for each in self._dailies(lane, unit)), default=None)

    def told(
        self,
        lane: str = "",
        *,
        used: int | None = None,
        limit: int | None = None,
        left: int | None = None,
        unit: str = "calls",
    ) -> None:
        """What the vendor's answer says of the day: `used` or `left`, of `limit`; it corrects our own count.

        The vendor counts everybody's calls: what others left is a bound for us, besides our share of the limit.
        """
        daily = next((each for each in reversed(self._dailies(lane, unit, self._whole))), None)
        if not daily or (used is None and left is None):
            return
        with self._tally.turn() as turn:
            now = self._today(turn)
            own, before = turn.spent(daily.lane, unit, daily.begins(now)), turn.told(daily.lane, unit)
            limit = limit or (before.allowed if before else None)
            known = used if used is not None else (limit or daily.calls) - (left or 0)
            turn.tell(daily.lane, unit, Told(now, known, limit, own))

    def hear(self, date: datetime) -> None:
        """What the vendor's clock says now; its days are counted by it."""
        off = date.timestamp() - self._clock()
        off = 0.0 if abs(off) < _OFF else off
        if self._off is None or abs(off - self._off) > _OFF / 2:
            with self._tally.turn() as turn:
                turn.set_off(off)
            self._off = off

    def pause(self, seconds: float, lane: str = "") -> None:
        """Let all callers of a lane wait, of every process: the vendor says it has had enough for now."""
        with self._tally.turn() as turn:
            turn.rest(lane, self._clock() + seconds)

    def usage(self) -> Mapping[str, Any]:
        """What is used and left of the day, by words for people: `calls today`, `left today`, `bulk bytes today`, …"""
        figures = dict[str, Any]()
        with self._tally.turn() as turn:
            now = self._today(turn)
            for each in self._limits.daily:
                name = f"{each.lane} " if each.lane else ""
                what = "" if each.unit == "calls" else f"{each.unit} "
                figures[f"{name}{each.unit} {each.words}"] = self._own(turn, each, now)
                figures[f"{name}{what}left {each.words}"] = max(0, self._left(turn, each, now))
            figures["in progress"] = turn.in_progress(self._clock())
        return figures

    def close(self) -> None:
        self._tally.close()

    def _begin(self, lane: str) -> int:
        while True:
            with self._tally.turn() as turn:
                now = self._clock()
                free = self._free_at(turn, lane, now)
                if free <= now:
                    turn.sweep(now - 2 * self._longest, now)
                    turn.add(1, lane, "calls", self._today(turn))
                    self._called = True
                    return turn.begin(lane, now)
            self._sleep(free - now)

    def _free_at(self, turn: Turn, lane: str, now: float) -> float:
        today = self._today(turn)
        for daily in self._dailies(lane, "calls") if self._called else ():
            if self._left(turn, daily, today) < 1:
                raise self._gone(turn, daily, today)
        windows = [each for each in self._limits.windows if each.lane in ("", lane)]
        free = max((turn.free_at(each.calls, each.seconds, each.lane, now) for each in windows), default=now)
        free = max(free, turn.rests_until(lane))
        if free <= now and turn.in_progress(now) >= self._limits.concurrent:
            return now + _LOOK_AGAIN
        return free

    def _today(self, turn: Turn) -> float:
        """The vendor's clock, as it was heard last."""
        if self._off is None:
            self._off = turn.off()
        return self._clock() + self._off

    def _dailies(self, lane: str, unit: str, limits: Limits | None = None) -> list[Daily]:
        """The day's limits that a call of a lane counts for, the lane's own last."""
        found = [each for each in (limits or self._limits).daily if each.unit == unit and each.lane in ("", lane)]
        return sorted(found, key=lambda each: each.lane)

    def _left(self, turn: Turn, daily: Daily, now: float) -> int:
        own = turn.spent(daily.lane, daily.unit, daily.begins(now))
        allowed, ours = self._allowed(turn, daily)
        told = self._told(turn, daily, now)
        if not told:
            return ours - own
        everybody = told.used + max(0, own - told.own)
        return min(ours - min(own, everybody), allowed - everybody)

    def _allowed(self, turn: Turn, daily: Daily) -> tuple[int, int]:
        """What a day holds for everybody, as the vendor said last however long ago, and our share of it."""
        told = turn.told(daily.lane, daily.unit)
        if not told or not told.allowed:
            whole = next(each for each in self._whole.daily if (each.lane, each.unit) == (daily.lane, daily.unit))
            return whole.calls, daily.calls
        return told.allowed, max(1, int(told.allowed * self._share + 1e-9))

    def _own(self, turn: Turn, daily: Daily, now: float) -> int:
        own, told = turn.spent(daily.lane, daily.unit, daily.begins(now)), self._told(turn, daily, now)
        return min(own, told.used + max(0, own - told.own)) if told else own

    def _told(self, turn: Turn, daily: Daily, now: float) -> Told | None:
        """What the vendor said was used, for as long as that holds."""
        told = turn.told(daily.lane, daily.unit)
        oldest = daily.begins(now) if daily.zone else now - _TOLD_HOLDS
        return told if told and told.moment >= oldest else None

    def _gone(self, turn: Turn, daily: Daily, now: float) -> QuotaSpent:
        ends = daily.ends(now)
        what = f"{daily.lane} {daily.unit}".strip()
        span = "today" if daily.zone else "in 24 hours"
        return QuotaSpent(
            f"{self._label}: the {what} that may be used {span} ({self._allowed(turn, daily)[1]:,}) are used up",
            datetime.fromtimestamp(ends, UTC) if ends else None,
        )
