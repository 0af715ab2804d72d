"""Exclusions, priority lists, splits, holdouts and limits: who is in, and that nobody changes sides."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from muster.audiences.parts import bounds
from muster.config.audience_groups import AudienceGroups
from muster.settings import Settings
from tests.activation.small_world import account, person
from tests.audiences.days import Days, audience, scored

PARTS = {"letter": 45.0, "call": 44.5, "holdout": 10.5}
SPLIT = AudienceGroups.model_validate({"splits": [{"name": "test", "of": "all", "parts": PARTS}]})
IN_PARTS = [
    audience("all", "true"),
    *(audience(name, split={"of": "test", "part": name}) for name in PARTS),
]
people_of = st.sets(st.integers(0, 400), max_size=60)


def fresh(groups: AudienceGroups | None = None) -> Days:
    folder = Path(mkdtemp())
    return Days(Settings.at(folder / "config", folder / "data"), groups)


@examples(max_examples=20)
@given(people_of, people_of)
def test_parts_are_disjoint_cover_everybody_and_stay_as_others_come_and_go(today: set[int], tomorrow: set[int]) -> None:
    days = fresh(SPLIT)
    days.evaluate(IN_PARTS, [person(number) for number in sorted(today)])
    first = {name: set(days.members(name)) for name in PARTS}
    days.evaluate(IN_PARTS, [person(number) for number in sorted(tomorrow)])
    second = {name: set(days.members(name)) for name in PARTS}

    assert sorted(number for part in first.values() for number in part) == sorted(today)
    assert sorted(number for part in second.values() for number in part) == sorted(tomorrow)
    for name in PARTS:
        assert first[name] & tomorrow == second[name] & today


def test_a_part_is_what_the_published_hash_says(settings: Settings) -> None:
    days = Days(settings, SPLIT)
    days.evaluate(IN_PARTS, [person(number) for number in range(300)])

    limits = {"letter": range(4500), "call": range(4500, 8950), "holdout": range(8950, 10000)}
    for name, numbers in limits.items():
        expected = [
            number
            for number in range(300)
            if int(hashlib.md5(f"test:p_{number}".encode()).hexdigest()[:8], 16) % 10000 in numbers
        ]
        assert days.members(name) == expected


@given(st.lists(st.integers(1, 9999), min_size=1, max_size=6, unique=True))
def test_bounds_leave_no_gap(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), 10000]
    parts = {f"p{at}": (after - before) / 100 for at, (before, after) in enumerate(pairwise(edges))}
    assert list(bounds(parts).values()) == list(pairwise(edges))


def test_a_holdout_is_the_same_people_whoever_else_is_in(settings: Settings) -> None:
    days = Days(settings)
    held = audience("a", "true", holdout=20)
    days.evaluate([held], [person(number) for number in range(200)])
    everybody = set(days.members("a"))
    outcome = days.evaluate([held], [person(number) for number in range(100)])

    assert set(days.members("a")) == {number for number in everybody if number < 100}
    assert 100 < len(everybody) < 190
    assert outcome.evaluated[0].shaped.left_out == {"held out": 100 - len(days.members("a"))}


@examples(max_examples=20)
@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=12), st.permutations(["a", "b", "c"]))
def test_whoever_is_in_one_of_a_priority_list_is_in_none_after_it(
    takes: Sequence[tuple[bool, bool, bool]], order: list[str]
) -> None:
    groups = AudienceGroups.model_validate({"exclusive": [{"name": "once", "audiences": order}]})
    rows: list[dict[str, Any]] = [
        person(number, work_email="a" if a else None, first_name="B" if b else None, is_converted=c)
        for number, (a, b, c) in enumerate(takes)
    ]
    rules = {"a": 'workEmail.address = "a"', "b": 'person.name.firstName = "B"', "c": "b2b.isConverted = true"}
    days = fresh(groups)
    days.evaluate([audience(name, rule) for name, rule in rules.items()], rows)

    wanted = dict(zip("abc", zip(*takes, strict=True), strict=False)) if takes else {}
    for number in range(len(takes)):
        first = next((name for name in order if wanted[name][number]), None)
        assert [name for name in order if number in days.members(name)] == ([first] if first else [])


def test_a_draft_on_a_priority_list_takes_nobody(settings: Settings) -> None:
    groups = AudienceGroups.model_validate({"exclusive": [{"name": "once", "audiences": ["a", "b"]}]})
    days = Days(settings, groups)
    outcome = days.evaluate([audience("a", "true", status="draft"), audience("b", "true")], scored(1, 2))

    assert [result.audience.name for result in outcome.evaluated] == ["b"]
    assert days.members("b") == [0, 1]


def test_who_is_excluded_is_counted(settings: Settings) -> None:
    days = Days(settings)
    told = days.evaluate([audience("a", "true", exclude=["b"]), audience("b", "b2b.personScore > 5")], scored(1, 9, 2))

    assert days.members("a") == [0, 2]
    assert told.evaluated[-1].shaped.left_out == {"in b": 1}


def test_exclusions_in_a_circle_are_told_with_the_path(settings: Settings) -> None:
    told = Days(settings).evaluate([audience("a", "true", exclude=["b"]), audience("b", 'inSegment("a")')], scored(1))
    assert "a → b → a" in str(told.failed["a"]) or "b → a → b" in str(told.failed["a"])


def test_the_best_overall_with_ties_by_id_and_the_unknown_last(settings: Settings) -> None:
    days = Days(settings)
    people = [person(0, person_score=5.0), person(1), person(2, person_score=9.0), person(3, person_score=5.0)]
    limit = {"take": 2, "order_by": "b2b.personScore desc"}
    told = days.evaluate([audience("a", "true", limit=limit)], people)

    assert days.members("a") == [0, 2]
    assert told.evaluated[0].shaped.left_out == {"beyond the limit": 2}


def test_the_best_of_each_account_in_whichever_of_their_accounts(settings: Settings) -> None:
    days = Days(settings)
    accounts = [account(0), account(1)]
    pairs = [(0, 0), (1, 0), (2, 0), (2, 1), (3, 1)]
    links = [{"account_person_id": f"{p}-{a}", "person_id__ord": p, "account_id__ord": a} for p, a in pairs]
    limit = {"take": 1, "per": "account", "order_by": "b2b.personScore desc"}
    days.evaluate([audience("a", "true", limit=limit)], scored(9, 8, 7, 1, 99), accounts=accounts, links=links)

    assert days.members("a") == [0, 2]  # person 4 has no account


def test_the_best_of_each_value_of_an_attribute_of_a_related_thing(settings: Settings) -> None:
    days = Days(settings)
    accounts = [account(0, employees=10), account(1, employees=20, parent_account_id__ord=0),
                account(2, employees=30, parent_account_id__ord=0)]  # fmt: skip
    limit = {"take": 1, "per": "parent.accountName", "order_by": "accountOrganization.numberOfEmployees"}
    days.evaluate([audience("a", "true", of="accounts", limit=limit)], [], accounts=accounts)

    assert days.members("a") == [1]


@pytest.mark.parametrize(
    "limit", [{"order_by": "b2b.personScor"}, {"order_by": "b2b"}, {"order_by": "personID", "per": "x"}]
)
def test_a_limit_by_what_is_no_attribute_fails_that_audience_alone(settings: Settings, limit: dict[str, str]) -> None:
    wrong = audience("a", "true", limit={"take": 1, **limit})
    told = Days(settings).evaluate([wrong, audience("b", "true")], scored(1))

    assert list(told.failed) == ["a"]
    assert str(told.failed["a"]).count("\n") == 0


def test_an_archived_audience_loses_everybody_once_and_is_not_held(settings: Settings) -> None:
    days = Days(settings)
    bound = {"max_change": 0.1, "min_size": 1}
    days.evaluate([audience("a", "true", size_bound=bound)], scored(1, 2))
    archived = [audience("a", "true", size_bound=bound, status="archived")]
    first = days.evaluate(archived, scored(1, 2)).evaluated[0]
    second = days.evaluate(archived, scored(1, 2)).evaluated[0]

    assert (first.size, first.exited, first.membership.held, first.membership.cause) == (0, 2, False, "archived")
    assert (second.changed, second.membership.version) == (False, first.membership.version)


def test_an_archived_audience_that_never_was_is_not_evaluated(settings: Settings) -> None:
    assert Days(settings).evaluate([audience("a", "true", status="archived")], scored(1)).evaluated == []


def test_drafts_are_evaluated_when_they_are_asked_for(settings: Settings) -> None:
    days, draft = Days(settings), [audience("a", "true", status="draft")]
    assert days.evaluate(draft, scored(1)).evaluated == []
    assert [result.size for result in days.evaluate(draft, scored(1), names=["a"]).evaluated] == [1]
    assert draft[0].deliveries == []


def test_a_declared_method_that_cannot_be_kept_is_refused_with_the_reason(settings: Settings) -> None:
    told = Days(settings).evaluate(
        [audience("a", "true", method="streaming"), audience("b", "true", method="batch")], []
    )
    assert "'method: streaming' cannot be kept: the rule could stream, but" in str(told.failed["a"])
    assert [result.audience.name for result in told.evaluated] == ["b"]
