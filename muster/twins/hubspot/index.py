"""What a search can see: records as they were a while ago, for HubSpot's index follows its writes with a delay."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from muster.twins.clock import Clock

#: Seconds until a write is found, unless set otherwise ("seconds to minutes", says the vendor).
DELAY = 5

Row = Mapping[str, Any]


class Index:
    """Remembers for the delay what each changed record was before; `limit` is the delay in seconds of the twin.

    It goes among the limits of the twin, where it can be changed; `used` is how many records it holds.
    """

    def __init__(self, clock: Clock, delay: int = DELAY) -> None:
        self.limit = delay
        self._clock, self._lock = clock, Lock()
        self._before: dict[str, dict[str, list[tuple[datetime, Row | None]]]] = {}

    def changed(self, object_: str, id_: str, before: Row | None) -> None:
        """A record changes now; `before` is None for a new one."""
        with self._lock:
            self._before.setdefault(object_, {}).setdefault(id_, []).append((self._clock.now(), before))

    def stale(self, object_: str) -> dict[str, Row | None]:
        """By id, what the index still holds in the place of records that changed of late."""
        horizon = self._clock.now() - timedelta(seconds=self.limit)
        with self._lock:
            changed = self._before.get(object_, {})
            for id_ in list(changed):
                changed[id_] = [each for each in changed[id_] if each[0] > horizon]
                if not changed[id_]:
                    del changed[id_]
            return {id_: versions[0][1] for id_, versions in changed.items()}

    @property
    def used(self) -> int:
        return sum(len(changed) for changed in list(self._before.values()))
