"""Destinations that take rows in batches and answer for each: refusals, failures half way, and going on after them."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from sqlalchemy import select

from muster.activation import Ledger, due, reports_since
from muster.activation.tables import refused_row
from muster.errors import PermanentDelivery, TransientDelivery
from tests.activation.shelf import Shelf
from tests.activation.small_world import AUDIENCE, NOW, World, moved, person

PEOPLE = [person(number) for number in range(5)]


@pytest.fixture
def shelf(any_world: World, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """The world's destination is a shelf."""
    item = Shelf(any_world.settings.data / "shelf")
    for module in ("deliver", "wanted"):
        monkeypatch.setattr(import_module(f"muster.activation.{module}"), "open_destination", lambda *_: item)
    return item


def test_rows_go_out_in_batches(any_world: World, shelf: Shelf) -> None:
    any_world.evaluate(PEOPLE)
    assert any_world.deliver().acknowledged == 5
    assert shelf.calls == [["p_0", "p_1"], ["p_2", "p_3"], ["p_4"]]
    assert shelf.content()["p_4"] == {"email": "p4@example.com", "first_name": "Name 4"}


def test_a_failure_half_way_is_gone_on_from_where_it_stopped(any_world: World, shelf: Shelf) -> None:
    any_world.evaluate(PEOPLE)
    shelf.fail_at = 1
    with pytest.raises(TransientDelivery, match="out of reach"):
        any_world.deliver()
    assert [item.unfinished for item in due(any_world.store)] == [True]
    assert any_world.deliver().acknowledged == 5
    assert shelf.calls == [["p_0", "p_1"], ["p_2", "p_3"], ["p_4"]]


def test_what_changed_meanwhile_is_sent_after_the_unfinished_delivery(any_world: World, shelf: Shelf) -> None:
    any_world.evaluate(PEOPLE)
    shelf.fail_at = 2
    with pytest.raises(TransientDelivery):
        any_world.deliver()
    any_world.evaluate([moved(PEOPLE[0], first_name="Renamed"), *PEOPLE[1:4]])
    report = any_world.deliver()
    assert (report.added, report.updated, report.removed) == (5, 1, 1)
    assert shelf.calls[2:] == [["p_4"], ["p_4", "p_0"]]
    assert set(shelf.content()) == {"p_0", "p_1", "p_2", "p_3"}
    assert due(any_world.store) == []


def test_a_refused_row_is_told_with_its_reason_and_not_believed(any_world: World, shelf: Shelf) -> None:
    any_world.evaluate(PEOPLE)
    shelf.refuse = {"p_1", "p_4"}
    report = any_world.deliver()
    assert (report.sent, report.acknowledged, report.refused) == (5, 3, 2)
    assert reports_since(any_world.store, NOW)[f"drop/{AUDIENCE}"].refused == 2
    with any_world.store.begin() as connection:
        told = connection.execute(select(refused_row.c.id, refused_row.c.reason)).all()
    assert sorted(tuple(row) for row in told) == [("p_1", "not welcome"), ("p_4", "not welcome")]
    shelf.refuse, shelf.calls = set(), []
    any_world.evaluate([*PEOPLE[:4], moved(PEOPLE[4], first_name="Renamed"), person(5)])
    assert any_world.deliver().added == 2
    assert sorted(name for call in shelf.calls for name in call) == ["p_4", "p_5"], "p_1 is as it was when refused"


def test_a_refused_row_is_tried_again_when_somebody_asks(any_world: World, shelf: Shelf) -> None:
    any_world.evaluate(PEOPLE)
    shelf.refuse = {"p_1"}
    any_world.deliver()
    assert due(any_world.store) == []
    shelf.refuse, shelf.calls = set(), []
    Ledger(any_world.store).retry("drop", AUDIENCE)
    assert any_world.deliver().acknowledged == 1
    assert shelf.calls == [["p_1"]]
    assert due(any_world.store) == []


def test_refused_updates_and_removals_leave_the_belief_as_it_was(any_world: World, shelf: Shelf) -> None:
    any_world.evaluate(PEOPLE)
    any_world.deliver()
    renamed = moved(PEOPLE[0], first_name="Renamed")
    any_world.evaluate([renamed, *PEOPLE[1:4]])
    shelf.refuse = {"p_0", "p_4"}
    assert any_world.deliver().refused == 2
    shelf.refuse, shelf.calls = set(), []
    Ledger(any_world.store).retry("drop", AUDIENCE)
    any_world.evaluate([renamed, *PEOPLE[1:3]])
    report = any_world.deliver()
    assert (report.updated, report.removed) == (1, 2)
    assert set(shelf.content()) == {"p_0", "p_1", "p_2"}
    assert shelf.content()["p_0"]["first_name"] == "Renamed"


def test_a_refused_merge_is_tried_again_whole(any_world: World, shelf: Shelf) -> None:
    any_world.evaluate(PEOPLE[:3])
    any_world.deliver()
    shelf.refuse = {"p_1"}
    any_world.evaluate(PEOPLE[:2], merges={"p_2": "p_1"})
    any_world.deliver()
    assert set(shelf.content()) == {"p_0", "p_1", "p_2"}
    shelf.refuse = set()
    Ledger(any_world.store).retry("drop", AUDIENCE)
    any_world.evaluate([*PEOPLE[:2], person(7)], merges={"p_2": "p_1"})
    any_world.deliver()
    assert set(shelf.content()) == {"p_0", "p_1", "p_7"}


def test_failures_are_tried_again_later_and_later_and_under_new_run_keys(any_world: World, shelf: Shelf) -> None:
    any_world.evaluate(PEOPLE)
    keys, waits = set(), []
    for _ in range(3):
        keys |= {item.run_key for item in due(any_world.store)}
        shelf.fail_at = 0
        with pytest.raises(TransientDelivery):
            any_world.deliver()
        minutes = range(200)
        waits.append(next(m for m in minutes if due(any_world.store, now=any_world.now + timedelta(minutes=m))))
    assert len(keys) == 3
    assert waits == [1, 2, 4]
    assert any_world.deliver().sent == 5


def test_a_plan_given_up_for_good_is_made_anew(any_world: World, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    any_world.evaluate(PEOPLE)

    def refuse_all(*_: object) -> None:
        raise PermanentDelivery("the shelf will not have this plan")

    with monkeypatch.context() as patched, pytest.raises(PermanentDelivery):
        patched.setattr(Shelf, "send", refuse_all)
        any_world.deliver()
    assert [item.unfinished for item in due(any_world.store)] == [False]
    assert any_world.deliver().sent == 5
