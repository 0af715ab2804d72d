"""Rows that were there before us stay; rows that are ours go, whatever happened in between."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import pytest

from muster.activation import Ledger, due
from muster.activation.again import resend
from muster.connectors.destination import Acknowledgement
from muster.errors import PermanentDelivery, TransientDelivery
from tests.activation.shelf import Shelf
from tests.activation.small_world import AUDIENCE, World, moved, person

PEOPLE = [person(number) for number in range(5)]


@pytest.fixture
def shelf(world: World, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """The world's destination is a shelf."""
    item = Shelf(world.settings.data / "shelf")
    for module in ("deliver", "wanted", "again"):
        monkeypatch.setattr(import_module(f"muster.activation.{module}"), "open_destination", lambda *_: item)
    return item


def put_by_somebody_else(shelf: Shelf, *names: str) -> None:
    shelf.folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (shelf.folder / name).write_text(json.dumps({"by": "somebody else"}))


def test_what_was_there_before_us_is_not_removed(world: World, shelf: Shelf) -> None:
    put_by_somebody_else(shelf, "p_1")
    world.evaluate(PEOPLE)
    world.deliver()
    world.evaluate(PEOPLE, members=[])
    assert world.deliver().removed == 4
    assert set(shelf.content()) == {"p_1"}
    assert due(world.store) == []


def test_a_try_that_was_cut_off_does_not_make_our_own_rows_foreign(world: World, shelf: Shelf) -> None:
    put_by_somebody_else(shelf, "p_3")
    world.evaluate(PEOPLE)
    real = Shelf.send

    def taken_but_not_told(self: Shelf, *arguments: Any) -> None:
        real(self, *arguments)
        raise TransientDelivery("the line was cut after all was taken")

    with pytest.MonkeyPatch.context() as patched, pytest.raises(TransientDelivery):
        patched.setattr(Shelf, "send", taken_but_not_told)
        world.deliver()
    world.deliver()
    world.evaluate(PEOPLE, members=[])
    world.deliver()
    assert set(shelf.content()) == {"p_3"}


def test_nor_does_a_plan_that_was_given_up(world: World, shelf: Shelf) -> None:
    put_by_somebody_else(shelf, "p_3")
    world.evaluate(PEOPLE)
    real = Shelf.send

    def taken_and_given_up(self: Shelf, *arguments: Any) -> Acknowledgement:
        told = real(self, *arguments)
        if len(self.calls) == 2:
            raise PermanentDelivery("no more of this plan")
        return told

    with pytest.MonkeyPatch.context() as patched, pytest.raises(PermanentDelivery):
        patched.setattr(Shelf, "send", taken_and_given_up)
        world.deliver()
    world.deliver()
    world.evaluate(PEOPLE, members=[])
    world.deliver()
    assert set(shelf.content()) == {"p_3"}


def test_nor_does_sending_everyone_anew(world: World, shelf: Shelf) -> None:
    put_by_somebody_else(shelf, "p_0")
    world.evaluate(PEOPLE)
    world.deliver()
    resend(world.settings, world.store, world.configuration, "drop", AUDIENCE, world.now)
    world.deliver()
    world.evaluate(PEOPLE, members=[1])
    world.deliver()
    assert set(shelf.content()) == {"p_0", "p_1"}


def test_one_row_that_spoils_a_call_is_found_and_the_others_arrive(world: World, shelf: Shelf) -> None:
    shelf.batch_rows = None
    shelf.poison = {"p_2"}
    world.evaluate(PEOPLE)
    report = world.deliver()
    assert (report.acknowledged, report.refused) == (4, 1)
    assert set(shelf.content()) == {"p_0", "p_1", "p_3", "p_4"}
    assert len(shelf.calls) < 8


def test_what_there_was_no_time_for_is_sent_with_the_next_run(world: World, shelf: Shelf) -> None:
    shelf.busy = {"p_2"}
    world.evaluate(PEOPLE)
    report = world.deliver()
    assert (report.acknowledged, report.later) == (4, 1)
    assert [item.audience for item in due(world.store)] == [AUDIENCE]
    state = Ledger(world.store).activation("drop", AUDIENCE)
    assert state is not None
    assert state.error == "1 row was not taken this time"
    shelf.busy, shelf.calls = set(), []
    assert world.deliver().acknowledged == 1
    assert shelf.calls == [["p_2"]]
    assert due(world.store) == []


def test_a_refused_leaver_is_not_asked_about_every_day(world: World, shelf: Shelf) -> None:
    world.evaluate(PEOPLE)
    world.deliver()
    shelf.refuse, shelf.calls = {"p_4"}, []
    world.evaluate(PEOPLE, members=[0, 1, 2, 3])
    assert world.deliver().refused == 1
    world.evaluate([moved(PEOPLE[0], first_name="Renamed"), *PEOPLE[1:]], members=[0, 1, 2, 3])
    world.deliver()
    assert shelf.calls == [["p_4"], ["p_0"]]
