"""Evaluating audiences on a snapshot: order, versions, merges, and rules that are no use."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pyroaring import BitMap

from muster.config.models import Audience, SizeBound
from muster.settings import Settings
from tests.activation.small_world import account, person
from tests.audiences.days import Days, scored
from tests.audiences.days import audience as shaped

SCORED = "b2b.personScore > 50"


@pytest.fixture
def days(settings: Settings) -> Days:
    return Days(settings)


def audience(name: str, rule: str, of: str = "people", **bound: Any) -> Audience:
    return shaped(name, rule, of, size_bound=SizeBound(**bound))


def test_an_audience_of_audiences_sees_what_the_others_are_in_the_same_evaluation(days: Days) -> None:
    # named so that the alphabet, the order given and the order needed all differ
    audiences = [audience("a", 'inSegment("c") and inSegment("b")'), audience("c", "true"), audience("b", SCORED)]
    days.evaluate(audiences, scored(10, 60))
    outcome = days.evaluate(audiences, scored(70, 60, 20))

    assert outcome.failed == {}
    assert [result.audience.name for result in outcome.evaluated][-1] == "a"
    assert days.members("a") == [0, 1]


def test_an_audience_that_is_not_asked_for_enters_with_its_last_membership(days: Days) -> None:
    audiences = [audience("a", 'inSegment("b")'), audience("b", SCORED)]
    days.evaluate(audiences, scored(60, 10))
    outcome = days.evaluate(audiences, scored(10, 60), names=["a"])

    assert [result.audience.name for result in outcome.evaluated] == ["a"]
    assert days.members("a") == [0]


def test_a_wrong_rule_keeps_out_nobody_but_those_that_ask_about_it(days: Days) -> None:
    audiences = [
        audience("good", SCORED),
        audience("wrong", "b2b.personScor > 50"),
        audience("asks", 'inSegment("wrong")'),
        audience("mixed", 'inSegment("firms")'),
        audience("firms", "accountName.isNotNull()", of="accounts"),
    ]
    outcome = days.evaluate(audiences, scored(60), accounts=[account(0)])

    assert {result.audience.name for result in outcome.evaluated} == {"good", "firms"}
    assert set(outcome.failed) == {"wrong", "asks", "mixed"}
    assert "b2b.personScore" in str(outcome.failed["wrong"])
    assert "asks about 'wrong'" in str(outcome.failed["asks"])
    assert "accounts" in str(outcome.failed["mixed"])
    assert days.store.latest("wrong") is None


def test_audiences_in_a_circle_are_told_with_the_path_and_the_others_go_on(days: Days) -> None:
    audiences = [audience("a", 'inSegment("b")'), audience("b", 'inSegment("a")'), audience("good", SCORED)]
    outcome = days.evaluate(audiences, scored(60))

    assert {result.audience.name for result in outcome.evaluated} == {"good"}
    assert set(outcome.failed) == {"a", "b"}
    assert re.search(r"circle: (a → b → a|b → a → b)", str(outcome.failed["a"]))


def test_a_version_is_written_only_where_something_changed(days: Days) -> None:
    first = days.evaluate([audience("a", SCORED)], scored(60, 10)).evaluated[0]
    same = days.evaluate([audience("a", SCORED)], scored(70, 20)).evaluated[0]
    reworded = days.evaluate([audience("a", "b2b.personScore > 40")], scored(70, 20)).evaluated[0]
    moved = days.evaluate([audience("a", "b2b.personScore > 40")], scored(10, 60)).evaluated[0]

    assert [result.membership.version for result in (first, same, reworded, moved)] == [1, 1, 2, 3]
    assert [result.changed for result in (first, same, reworded, moved)] == [True, False, True, True]
    assert [(result.entered, result.exited) for result in (first, same, reworded, moved)] == [
        (1, 0),
        (0, 0),
        (0, 0),
        (1, 1),
    ]
    assert (same.membership.snapshot, moved.membership.snapshot) == ("v1", "v4")


def test_a_merge_is_no_exit(days: Days) -> None:
    everyone = [audience("a", "true")]
    days.evaluate(everyone, scored(1, 2, 3))
    merged = days.evaluate(everyone, [person(0), person(2)], merges={"p_1": "p_0"}).evaluated[0]

    assert (merged.entered, merged.exited) == (0, 0)
    assert list(merged.membership.members) == [0, 2]


def test_who_was_merged_along_a_chain_into_a_newcomer_has_not_left(days: Days) -> None:
    picked = [audience("a", SCORED)]
    days.evaluate(picked, scored(1, 60, 1))
    merged = days.evaluate(picked, [person(0, person_score=60.0)], merges={"p_1": "p_2", "p_2": "p_0"}).evaluated[0]

    assert (merged.entered, merged.exited) == (0, 0)
    assert list(merged.membership.members) == [0]


def test_an_audience_that_turns_from_people_to_accounts_begins_anew(days: Days) -> None:
    days.evaluate([audience("a", "true")], scored(1, 2), accounts=[account(0)])
    turned = days.evaluate([audience("a", "true", of="accounts")], scored(1, 2), accounts=[account(0)]).evaluated[0]

    assert (turned.entered, turned.exited) == (1, 0)
    assert turned.membership.entity == "account"


def test_a_jump_of_size_is_held_until_it_is_released(days: Days) -> None:
    bounded = [audience("a", SCORED, max_change=0.5, min_size=2)]
    first = days.evaluate(bounded, scored(60, 60)).evaluated[0]
    jumped = days.evaluate(bounded, scored(60, 60, 60, 60)).evaluated[0]

    assert (first.membership.held, jumped.membership.held) == (False, True)
    assert days.store.last_sent_size("a") == 2
    released = days.store.release("a")
    assert released is not None
    assert not released.held
    assert days.store.last_sent_size("a") == 4
    assert days.store.release("a") is None


def test_a_held_size_is_no_measure_for_the_next(days: Days) -> None:
    bounded = [audience("a", SCORED, max_change=0.5, min_size=2)]
    days.evaluate(bounded, scored(60, 60))
    days.evaluate(bounded, scored(60, 60, 60, 60))
    still = days.evaluate(bounded, scored(60, 60, 60, 60, 60)).evaluated[0]
    back = days.evaluate(bounded, scored(60, 60, 60)).evaluated[0]

    assert still.membership.held
    assert not back.membership.held


@pytest.mark.parametrize("bound", [{"max_change": 3.0, "min_size": 0}, {"max_change": 0.1, "min_size": 10}])
def test_a_change_within_the_bound_or_of_a_small_audience_goes_out(days: Days, bound: dict[str, float]) -> None:
    bounded = [audience("a", SCORED, **bound)]
    days.evaluate(bounded, scored(60))
    assert not days.evaluate(bounded, scored(60, 60, 60)).evaluated[0].membership.held


def test_an_audience_that_empties_is_held(days: Days) -> None:
    bounded = [audience("a", SCORED, min_size=2)]
    days.evaluate(bounded, scored(60, 60))
    emptied = days.evaluate(bounded, scored(1, 1)).evaluated[0]

    assert emptied.membership.held
    assert emptied.membership.members == BitMap()
