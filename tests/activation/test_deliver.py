"""Delivering: full and incremental, the first time and after each kind of change."""

from __future__ import annotations

import pytest

from muster.activation import Ledger, due, reports_since
from muster.activation.again import resend
from muster.errors import DeliveryError, HeldError
from tests.activation.small_world import AUDIENCE, World, manifests, moved, person


def test_a_first_delivery_is_everyone(any_world: World) -> None:
    any_world.evaluate([person(0), person(1), person(2)], members=[0, 2])
    report = any_world.deliver()
    assert (report.sent, report.acknowledged, report.refused, report.added) == (2, 2, 0, 2)
    assert any_world.received() == {
        "p_0": {"email": "p0@example.com", "first_name": "Name 0"},
        "p_2": {"email": "p2@example.com", "first_name": "Name 2"},
    }


def test_a_second_run_sends_nothing(any_world: World) -> None:
    any_world.evaluate([person(0)])
    any_world.deliver()
    before = sorted(any_world.folder().iterdir())
    assert any_world.deliver().nothing_to_do
    assert sorted(any_world.folder().iterdir()) == before
    assert due(any_world.store) == []


def test_nothing_is_due_before_anything_changed_and_one_thing_after(any_world: World) -> None:
    people = [person(0), person(1)]
    assert any_world.evaluate(people)[0].changed
    assert [(item.name, item.wanted_version) for item in due(any_world.store)] == [(f"drop/{AUDIENCE}", 1)]
    any_world.deliver()
    assert not any_world.evaluate(people)[0].changed
    assert due(any_world.store) == []
    any_world.evaluate([people[0], moved(people[1], first_name="Renamed")])
    assert [item.wanted_version for item in due(any_world.store)] == [2]


def test_an_attribute_outside_the_mapping_makes_nothing_due(world: World) -> None:
    world.evaluate([person(0)])
    world.deliver()
    world.evaluate([person(0, person_score=12.5)])
    assert due(world.store) == []


def test_changes_go_out_as_add_update_and_remove(any_world: World) -> None:
    any_world.use(mode="incremental")
    any_world.evaluate([person(0), person(1), person(2)])
    any_world.deliver()
    any_world.evaluate([person(0), person(1, first_name="Renamed"), person(3)])
    report = any_world.deliver()
    assert (report.sent, report.added, report.updated, report.removed) == (3, 1, 1, 1)
    assert any_world.received() == {
        "p_0": {"email": "p0@example.com", "first_name": "Name 0"},
        "p_1": {"email": "p1@example.com", "first_name": "Renamed"},
        "p_3": {"email": "p3@example.com", "first_name": "Name 3"},
    }
    first, second = manifests(any_world.folder())
    assert (first["mode"], second["mode"]) == ("full", "incremental")
    assert second["counts"] == {"ADD": 1, "UPDATE": 1, "REMOVE": 1}


def test_full_mode_writes_everyone_each_time_and_leaves_older_files(world: World) -> None:
    world.evaluate([person(0), person(1)])
    world.deliver()
    world.evaluate([person(0)])
    report = world.deliver()
    assert (report.sent, report.removed) == (1, 1)
    assert [item["rows"] for item in manifests(world.folder())] == [2, 1]
    assert set(world.received()) == {"p_0"}


def test_leaving_and_coming_back_is_told_each_time(world: World) -> None:
    world.use(mode="incremental")
    for members in ([0, 1], [0], [0, 1]):
        world.evaluate([person(0), person(1)], members=members)
        world.deliver()
    assert [item["counts"]["ADD"] for item in manifests(world.folder())] == [2, 0, 1]
    assert set(world.received()) == {"p_0", "p_1"}


def test_a_change_that_was_taken_back_before_delivery_sends_nothing(world: World) -> None:
    world.evaluate([person(0), person(1)], members=[0])
    world.deliver()
    world.evaluate([person(0), person(1)], members=[0, 1])
    world.evaluate([person(0), person(1)], members=[0])
    assert [item.wanted_version for item in due(world.store)] == [3]
    assert world.deliver().nothing_to_do
    assert due(world.store) == []


def test_an_empty_audience_is_a_file_with_a_header(world: World) -> None:
    world.evaluate([person(0)], members=[])
    report = world.deliver()
    assert report.sent == 0
    assert not report.nothing_to_do
    told = manifests(world.folder())[0]
    assert told["rows"] == 0
    assert (world.folder() / told["file"]).read_text() == "_id,email,first_name\n"
    assert world.deliver().nothing_to_do


def test_an_audience_that_became_empty_removes_everyone(world: World) -> None:
    world.use(mode="incremental")
    world.evaluate([person(0), person(1)])
    world.deliver()
    world.evaluate([person(0), person(1)], members=[])
    assert world.deliver().removed == 2
    assert world.received() == {}


def test_a_held_activation_is_refused_and_not_due_until_it_is_released(any_world: World) -> None:
    any_world.evaluate([person(0)])
    any_world.deliver()
    any_world.evaluate([person(0)], members=[], held="the audience fell from 1 to 0")
    assert due(any_world.store) == []
    with pytest.raises(HeldError, match="fell from 1 to 0"):
        any_world.deliver()
    assert set(any_world.received()) == {"p_0"}
    assert Ledger(any_world.store).release(AUDIENCE) == ["drop"]
    assert any_world.deliver().removed == 1


def test_a_later_evaluation_without_a_hold_lets_go(world: World) -> None:
    world.evaluate([person(0)], held="too large")
    world.evaluate([person(0)])
    assert world.deliver().sent == 1


def test_what_was_never_wanted_cannot_be_delivered(world: World) -> None:
    with pytest.raises(DeliveryError, match="nothing is wanted yet"):
        world.deliver()
    assert not world.folder().exists()


@pytest.mark.parametrize("lost", ["wanted", "believed"])
def test_rows_that_are_gone_are_not_taken_for_an_empty_audience(world: World, lost: str) -> None:
    world.evaluate([person(0), person(1)])
    world.deliver()
    world.evaluate([person(0)])
    for path in (world.settings.deliveries / "drop" / AUDIENCE / lost).iterdir():
        path.unlink()
    with pytest.raises(DeliveryError, match="is not there"):
        world.deliver()
    assert set(world.received()) == {"p_0", "p_1"}


def test_an_evaluation_puts_lost_wanted_rows_back(world: World) -> None:
    world.evaluate([person(0)])
    for path in (world.settings.deliveries / "drop" / AUDIENCE / "wanted").iterdir():
        path.unlink()
    world.evaluate([person(0)])
    assert world.deliver().sent == 1


def test_sending_everyone_anew_mends_a_lost_belief(world: World) -> None:
    world.use(mode="incremental")
    world.evaluate([person(0), person(1)])
    world.deliver()
    for path in (world.settings.deliveries / "drop" / AUDIENCE / "believed").iterdir():
        path.unlink()
    resend(world.settings, world.store, world.configuration, "drop", AUDIENCE, world.now)
    assert world.deliver().added == 2
    assert manifests(world.folder())[-1]["mode"] == "full"


def test_a_destination_that_moved_gets_everyone(world: World) -> None:
    world.use(mode="incremental")
    world.evaluate([person(0), person(1)])
    world.deliver()
    world.use(mode="incremental", path="elsewhere")
    world.evaluate([person(0), person(1)])
    assert world.deliver().added == 2
    assert len(list((world.settings.data / "elsewhere").iterdir())) == 2


def test_reports_say_what_went_out_since_an_instant(any_world: World) -> None:
    any_world.evaluate([person(0), person(1)])
    any_world.deliver()
    between = any_world.now
    any_world.evaluate([person(0), person(1), person(2)])
    any_world.deliver()
    whole = reports_since(any_world.store, between)[f"drop/{AUDIENCE}"]
    assert (whole.sent, whole.acknowledged, whole.refused) == (5, 5, 0)
    last = reports_since(any_world.store, any_world.now)[f"drop/{AUDIENCE}"]
    assert (last.sent, last.acknowledged) == (3, 3)
