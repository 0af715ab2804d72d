"""Time that can be moved, and what is counted by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from muster.twins.clock import Clock
from muster.twins.limits import Daily, Gauge, SlidingWindow

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def stopped(start: datetime = NOON) -> Clock:
    return Clock(start, speed=0)


def test_a_clock_is_moved_and_stopped():
    clock = stopped()
    assert clock.now() == clock.now() == NOON
    clock.advance(timedelta(hours=2))
    assert clock.now() == NOON + timedelta(hours=2)
    clock.set(NOON)
    assert clock.now() == NOON
    clock.speed = 1e6
    assert clock.now() > NOON
    with pytest.raises(ValueError, match="0 or more"):
        clock.speed = -1


def test_a_window_slides():
    clock = stopped()
    window = SlidingWindow(3, 10, clock)
    taken = []
    for _ in range(4):
        taken.append(window.take())
        clock.advance(timedelta(seconds=2))
    assert taken == [True, True, True, False]
    assert window.used == 3
    assert window.free_in == 2  # the first was 8 seconds ago
    clock.advance(timedelta(seconds=2))
    assert window.take()
    assert not window.take()
    assert window.left == 0


def test_a_window_survives_a_clock_set_back_and_a_changed_limit():
    clock = stopped()
    window = SlidingWindow(1, 10, clock)
    assert window.take()
    clock.advance(timedelta(days=-1))
    assert window.take()
    window.limit = 5
    assert window.left == 4


def test_a_gauge_gives_slots_back_also_after_an_error():
    gauge = Gauge(1)
    with pytest.raises(KeyError), gauge.slot() as granted:
        assert granted
        with gauge.slot() as second:
            assert not second
        assert gauge.used == 1
        raise KeyError
    assert gauge.used == 0


def test_a_day_ends_at_midnight_of_its_zone():
    clock = stopped()
    day = Daily(10, clock, "America/Chicago")
    assert day.take(9)
    assert not day.take(2)
    assert day.left == 1
    assert day.resets_at == datetime(2026, 11, 24, 6, tzinfo=UTC)
    clock.set(datetime(2026, 11, 24, 5, 59, tzinfo=UTC))
    assert day.left == 1
    clock.set(datetime(2026, 11, 24, 6, tzinfo=UTC))
    assert day.left == 10


def test_a_day_with_a_change_of_the_clocks_is_whole():
    clock = stopped(datetime(2026, 11, 1, 12, tzinfo=UTC))  # 25 hours long in Chicago
    day = Daily(10, clock, "America/Chicago")
    assert day.resets_at == datetime(2026, 11, 2, 6, tzinfo=UTC)


def test_a_rolling_day_gives_back_what_is_a_day_old():
    clock = stopped()
    day = Daily(10, clock)
    assert day.take(6)
    clock.advance(timedelta(hours=12))
    assert day.take(4)
    assert not day.take(1)
    assert day.resets_at == NOON + timedelta(days=1)
    clock.advance(timedelta(hours=12))
    assert day.left == 6
    day.spend(20)
    assert day.left == 0
