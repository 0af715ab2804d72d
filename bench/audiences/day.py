"""A day on which one in a hundred rows changed: all audiences evaluated again on the snapshot of the day after."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

from bench.audiences.compare import WatchedSnapshot, store_at
from bench.audiences.questions import questions
from bench.marts import NOW, later_snapshot
from bench.timing import Comparison, Side, Timed
from muster.audiences import Evaluation, MembershipStore, evaluate
from muster.audiences.asked import last_asked
from muster.settings import Settings
from muster.snapshot import Snapshot

DAY = timedelta(days=1)


def compare(settings: Settings, snapshot: Snapshot, place: Path, count: int) -> Comparison:
    """The second day beside the first, each once, loading included; `settings` are those `snapshot` was made with."""
    store = store_at(place)
    first, _ = _day(snapshot, store, count, NOW)
    earlier = last_asked(store.state)
    second, found = _day(later_snapshot(settings, NOW + DAY), store, count, NOW + DAY)
    told = {
        "audiences": count,
        "changed": sum(item.changed for item in found),
        "entered and left": f"{sum(item.entered for item in found):,} and {sum(item.exited for item in found):,}",
    }
    asked = last_asked(store.state)
    told["not asked again"] = sum(asked.get(name) == question for name, question in earlier.items())
    later, before = Side("the day after", (second,)), Side("the first", (first,))
    return Comparison("a day with 1 % changed rows", later, before, None, told)


def _day(snapshot: Snapshot, store: MembershipStore, count: int, now: datetime) -> tuple[Timed, list[Evaluation]]:
    watched = WatchedSnapshot(snapshot.folder)
    began = time.perf_counter()
    outcome = evaluate([item.audience for item in questions(count)], watched, store, now)
    seconds = time.perf_counter() - began
    return Timed(seconds, {}, {"of which loading": watched.seconds[-1]}), outcome.evaluated
