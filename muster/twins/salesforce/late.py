"""Commits that become visible late: a record shows some seconds after the time it is stamped with.

As where a long transaction stamps its records early and ends later. The fault `late=SECONDS:RATE` brings it about:
what is loaded is held back until its stamp is so old, what is written through the API gets a stamp from so long ago.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

import pyarrow as pa
import pyarrow.compute as pc

from muster.twins.clock import Clock
from muster.twins.faults import Faults
from muster.twins.salesforce.faults import number_of
from muster.twins.salesforce.values import moment

NAME = "late"
#: Seconds where the fault names none.
SECONDS = 30.0


class Late:
    """Holds records back. `put` is what makes them visible."""

    def __init__(self, clock: Clock, faults: Faults, put: Callable[[str, pa.Table], None]) -> None:
        self._clock, self._faults, self._put, self._lock = clock, faults, put, Lock()
        self._held: list[tuple[datetime, str, pa.Table]] = []  # when it shows, object, records
        faults.define(NAME)

    @property
    def delay(self) -> timedelta:
        """How late records are now; nothing where the fault is not in force."""
        return timedelta(seconds=number_of(self._faults, NAME, SECONDS) or 0.0)

    def stamp(self, path: str) -> datetime:
        """The time that a write now is stamped with."""
        now, delay = self._clock.now(), self.delay
        return now - delay if delay and self._faults.strikes(NAME, path) else now

    def hold(self, object_: str, table: pa.Table) -> pa.Table:
        """Keep back those records of a load whose time has not come; returns the others."""
        delay = self.delay
        if not delay:
            return table
        recent = pc.greater(table["SystemModstamp"], moment(self._clock.now() - delay))
        struck = pa.array(
            [bool(each) and self._faults.strikes(NAME, f"/load/{object_}") for each in recent.to_pylist()]
        )
        later = table.filter(struck)
        with self._lock:
            for stamp in pc.unique(later["SystemModstamp"]).to_pylist():
                at = datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S.%f%z") + delay
                self._held.append((at, object_, later.filter(pc.equal(later["SystemModstamp"], stamp))))
        return table.filter(pc.invert(struck))

    def settle(self) -> None:
        """Let those show whose time has come, in that order."""
        if not self._held:
            return
        with self._lock:
            now = self._clock.now()
            due = sorted((each for each in self._held if each[0] <= now), key=lambda each: each[0])
            self._held = [each for each in self._held if each[0] > now]
            for _, object_, table in due:
                self._put(object_, table)
