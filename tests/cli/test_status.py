"""What the last run did, as `muster status --json` tells it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pyroaring import BitMap

from muster.audiences import MembershipStore
from muster.settings import Settings
from muster.state import StateStore
from muster.status.report import AudienceStatus, report
from muster.status.runs import Evaluated, Extracted, RunLog
from tests.activation.small_world import AUDIENCE, NOW, World, person


@pytest.fixture
def world(tmp_path: Path) -> World:
    settings = Settings.at(tmp_path / "config", tmp_path / "data")
    return World(settings, StateStore(settings.state_url))


def keep(world: World, *members: int, held: bool = False) -> None:
    store = MembershipStore(world.settings, world.store)
    store.add(
        store.latest(AUDIENCE), BitMap(members), audience=AUDIENCE, entity="person", rule="true", snapshot="v1",
        now=world.now, entered=len(members), exited=0, held=held, cause="",
    )  # fmt: skip


def test_a_run_begins_once_however_often_its_steps_say_so(world: World) -> None:
    runs = RunLog(world.store)
    runs.begin("one", NOW)
    runs.begin("one", NOW + timedelta(hours=1))
    assert runs.last_run() == ("one", NOW)
    runs.begin("two", NOW + timedelta(hours=2))
    assert runs.last_run() == ("two", NOW + timedelta(hours=2))


def test_figures_are_those_of_the_last_run_and_not_of_the_ones_before(world: World) -> None:
    runs = RunLog(world.store)
    for name, hours in (("one", 0), ("two", 1)):
        runs.begin(name, NOW + timedelta(hours=hours))
    runs.extracted("one", NOW, "crm", "Contact", Extracted(10, 9, 1))
    runs.extracted("two", NOW, "crm", "Lead", Extracted(5, 5, 0))
    runs.evaluated("two", NOW, AUDIENCE, Evaluated(7, 3, 1))

    assert runs.extracts_of("two") == {("crm", "Lead"): Extracted(5, 5, 0)}
    assert runs.evaluations_of("two") == {AUDIENCE: Evaluated(7, 3, 1)}
    assert runs.evaluations_of("one") == {}


def test_an_audience_that_the_last_run_left_alone_has_its_size_and_no_change(world: World) -> None:
    keep(world, 1, 2, held=True)
    RunLog(world.store).begin("one", NOW)

    told = report(world.settings, world.configuration, world.store)
    assert told.audiences == [AudienceStatus(AUDIENCE, "people", size=2, entered=0, left=0, held=True)]


def test_deliveries_before_the_run_do_not_count_as_its_own(world: World) -> None:
    world.evaluate([person(0)])
    world.deliver()
    RunLog(world.store).begin("two", world.now + timedelta(minutes=1))

    def sent() -> list[tuple[int, int]]:
        told = report(world.settings, world.configuration, world.store)
        return [(item.sent, item.acknowledged) for item in told.activations]

    assert sent() == [(0, 0)]
    world.evaluate([person(0), person(1)])
    world.deliver()
    assert sent() == [(2, 2)]


def test_before_anything_ran_the_report_is_empty_and_not_an_error(world: World) -> None:
    told = report(world.settings, world.configuration, world.store).to_json()
    assert (told["run_id"], told["started_at"], told["snapshot"], told["audiences"]) == (None, None, None, [])
