"""Budgets: never more than allowed, hardly less, shared by processes, and survivors of their death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from muster.connectors.http.budget import Budget
from muster.connectors.http.errors import QuotaSpent
from muster.connectors.http.limits import Daily, Limits, Window
from muster.settings import Settings
from tests.http.server import Server, late

NOON = datetime(2026, 3, 14, 18, tzinfo=UTC).timestamp()  # 13:00 in Chicago


class Time:
    """A clock that only moves when someone waits."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 1e-6)


def budget(path: Path, limits: Limits, time: Time, share: float = 1.0) -> Budget:
    return Budget(path / "b.db", "Acme", limits, share, clock=time, sleep=time.sleep)


@how(max_examples=40, deadline=None)
@given(
    calls=st.integers(1, 12),
    seconds=st.sampled_from([0.5, 1.0, 10.0]),
    ways=st.lists(st.tuples(st.floats(0, 0.4), st.floats(0, 0.4), st.floats(0, 2)), min_size=5, max_size=80),
)
def test_no_window_of_the_server_sees_more_than_it_allows(
    tmp_path_factory: pytest.TempPathFactory, calls: int, seconds: float, ways: list[tuple[float, float, float]]
) -> None:
    """However long each call is on its way there and back, and however calls are spread in time."""
    time, arrived = Time(), []
    kept = budget(tmp_path_factory.mktemp("b"), Limits((Window(calls, seconds),)), time)
    for there, back, idle in ways:
        with kept.call():
            time.now += there
            arrived.append(time.now)
            time.now += back
        time.now += idle if idle > 1.5 else 0
    assert all(later - first >= seconds for first, later in zip(arrived, arrived[calls:], strict=False))
    kept.close()


def test_nearly_all_that_is_allowed_is_used(tmp_path: Path) -> None:
    time = Time()
    kept = budget(tmp_path, Limits((Window(50, 20.0),)), time)
    for _ in range(1000):
        with kept.call():
            time.now += 0.3
    used = 1000 / ((time.now - NOON) / 20 * 50)
    assert 0.95 <= used <= 1.0


def test_lanes_have_limits_of_their_own_besides_the_common_one(tmp_path: Path) -> None:
    time = Time()
    kept = budget(tmp_path, Limits((Window(10, 10.0), Window(2, 1.0, "search"))), time)
    starts = []
    for lane in ("search", "search", "", "search"):
        with kept.call(lane):
            starts.append(time.now - NOON)
    assert starts == pytest.approx([0, 0, 0, 1])


def test_the_share_is_kept_to_and_the_day_ends_in_the_vendors_zone(tmp_path: Path) -> None:
    time = Time()
    kept = budget(tmp_path, Limits(daily=(Daily(10, "America/Chicago"),)), time, share=0.5)
    for _ in range(5):
        with kept.call():
            pass
    assert kept.usage() == {"calls today": 5, "left today": 0, "in progress": 0}
    with (
        pytest.raises(QuotaSpent, match=r"^Acme: the calls that may be used today \(5\) .*at 2026-03-15 05:00 UTC$"),
        kept.call(),
    ):
        pytest.fail("a call too many")
    time.now = datetime(2026, 3, 15, 5, 0, 1, tzinfo=UTC).timestamp()
    with kept.call():
        assert kept.usage()["calls today"] == 1


def test_a_day_without_midnight_rolls(tmp_path: Path) -> None:
    time = Time()
    kept = budget(tmp_path, Limits(daily=(Daily(2),)), time)
    for _ in range(2):
        with kept.call():
            time.now += 7200
    with pytest.raises(QuotaSpent), kept.call():
        pass
    time.now = NOON + 86_400 + 900
    with kept.call():
        assert kept.usage() == {"calls in 24 h": 2, "left in 24 h": 0, "in progress": 1}


def test_what_others_used_is_a_bound_and_a_larger_limit_counts(tmp_path: Path) -> None:
    time = Time()
    kept = budget(tmp_path, Limits(daily=(Daily(100, "UTC"),)), time, share=0.5)
    assert kept.left() == 50
    kept.told(used=97)
    assert kept.left() == 3
    with kept.call():
        pass
    assert kept.left() == 2
    kept.told(left=900, limit=1000)
    assert kept.left() == 499  # our share of the limit that is told, less the one that we made
    kept.told(used=0)
    assert kept.usage()["calls today"] == 0  # the vendor did not count it
    time.now += 86_400
    assert kept.left() == 500  # what was used is over with the day, the limit holds


def test_a_limit_once_told_outlasts_what_was_used(tmp_path: Path) -> None:
    time = Time()
    kept = budget(tmp_path, Limits(daily=(Daily(100),)), time, share=0.5)
    kept.told(used=900, limit=1000)
    assert kept.left() == 100
    time.now += 3601
    assert budget(tmp_path, Limits(daily=(Daily(100),)), time, share=0.5).left() == 500


def test_the_day_is_that_of_the_vendors_clock(tmp_path: Path) -> None:
    time = Time()
    kept = budget(tmp_path, Limits(daily=(Daily(1, "UTC"),)), time)
    kept.hear(datetime(2037, 1, 1, 12, tzinfo=UTC))
    with kept.call():
        pass
    with pytest.raises(QuotaSpent, match="2037-01-02 00:00 UTC"), kept.call():
        pass
    other = budget(tmp_path, Limits(daily=(Daily(1, "UTC"),)), time)
    assert other.left() == 0
    other.hear(datetime(2037, 1, 2, 0, 0, 1, tzinfo=UTC))
    assert other.left() == 1


def test_the_first_call_of_a_run_asks_whether_the_day_is_over(tmp_path: Path) -> None:
    time = Time()
    limits = Limits(daily=(Daily(100, "UTC"),))
    with budget(tmp_path, limits, time).call():
        pass
    budget(tmp_path, limits, time).told(left=0)
    again = budget(tmp_path, limits, time)
    with again.call():
        pass
    with pytest.raises(QuotaSpent), again.call():
        pass
    again.told(left=100)
    with again.call():
        pass


def test_bytes_are_a_limit_like_calls_but_refuse_no_call(tmp_path: Path) -> None:
    time = Time()
    kept = budget(tmp_path, Limits(daily=(Daily(1000, "UTC"), Daily(500, "UTC", "bulk", "bytes"))), time)
    kept.need(500, "bulk")
    kept.spend(400, "bulk")
    with pytest.raises(QuotaSpent, match=r"the bulk bytes that may be used today \(500\)"):
        kept.need(101, "bulk")
    with kept.call("bulk"):
        pass
    assert kept.usage() == {
        "calls today": 1, "left today": 999, "bulk bytes today": 400, "bulk bytes left today": 100, "in progress": 0,
    }  # fmt: skip


def test_a_call_waits_while_all_places_are_taken(tmp_path: Path) -> None:
    first, second = (Budget(tmp_path / "b.db", "Acme", Limits(concurrent=1)) for _ in range(2))
    entered = threading.Event()

    def enter() -> None:
        with second.call():
            entered.set()

    waiting = threading.Thread(target=enter)
    with first.call():
        waiting.start()
        assert not entered.wait(0.2)
    assert entered.wait(10)
    waiting.join()


def test_a_clock_that_is_put_back_does_not_stop_the_calls(tmp_path: Path) -> None:
    time = Time()
    kept = budget(tmp_path, Limits((Window(1, 10.0),)), time)
    with kept.call():
        pass
    time.now -= 3600
    for _ in range(2):
        with kept.call():
            pass
    assert time.now - NOON < 60


CALLER = """
import sys, requests
from pathlib import Path
from muster.connectors.http.budget import Budget
from muster.connectors.http.limits import Limits, Window
from muster.settings import Settings
data, url, calls = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
limits = Limits((Window(20, 1.0),), concurrent=3)
budget = Budget.of(Settings.at(data, data), "acme", "one/two", limits, 1.0)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(calls):
    with budget.call():
        requests.get(url)
"""


@contextmanager
def callers(data: Path, url: str, processes: int, calls: int) -> Iterator[list[subprocess.Popen[str]]]:
    command = [sys.executable, "-c", CALLER, str(data), url, str(calls)]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(processes)
    ]
    try:
        for each in started:
            assert each.stdout and each.stdout.readline() == "ready\n"
        for each in started:
            assert each.stdin
            each.stdin.write("\n")
            each.stdin.flush()
        yield started
    finally:
        for each in started:
            each.kill()
            each.communicate()


def test_processes_share_one_budget(server: Server, tmp_path: Path) -> None:
    with callers(tmp_path, server.url, processes=4, calls=20) as started:
        assert [each.wait(60) for each in started] == [0] * 4
    arrived = sorted(server.arrived)
    assert len(arrived) == 80
    assert min(later - first for first, later in zip(arrived, arrived[20:], strict=False)) >= 1.0
    assert server.most <= 3


def test_the_place_of_a_killed_process_comes_back(server: Server, tmp_path: Path) -> None:
    server.then(late(30))
    ours = Budget.of(Settings.at(tmp_path, tmp_path), "acme", "one/two", Limits(concurrent=1), 1.0)
    with callers(tmp_path, server.url, processes=3, calls=1) as started:
        while ours.usage()["in progress"] < 3:
            assert all(each.poll() is None for each in started)
        for each in started:
            os.kill(each.pid, signal.SIGKILL)
        with ours.call():  # also while nobody has waited for the dead
            pass
