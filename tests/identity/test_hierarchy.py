"""Ultimate parents, circles of parents, and what an account has with all that are below it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.identity.companies import company
from tests.identity.compiled import Compiled
from tests.identity.people import Row, all_of, at, one, person

PLACE = """
    select account.account_key, ultimate.account_key, account.hierarchy_depth, account.is_in_parent_cycle
    from account inner join account as ultimate on account.ultimate_parent_account_id = ultimate.account_id
"""


def child(key: str, parent: str | None, day: int = 1, **values: Any) -> Row:
    return company(key, parent_account_source_key=parent, created_at=at(day), **values)


def places(project: Compiled, records: list[Row]) -> dict[str, tuple[str, int, bool]]:
    """Ultimate parent, depth, and whether it is in a circle, by key."""
    connection = project.build({"account": records}, only=["account"])
    return {key: (root, depth, circular) for key, root, depth, circular in all_of(connection, PLACE)}


def test_every_account_knows_the_head_of_its_hierarchy(project: Compiled) -> None:
    records = [child("top", None), child("middle", "top"), child("leaf", "middle"), child("alone", "nobody")]
    assert places(project, records) == {
        "top": ("top", 0, False),
        "middle": ("top", 1, False),
        "leaf": ("top", 2, False),
        "alone": ("alone", 0, False),
    }


def test_parents_of_two_systems_are_one_hierarchy(project: Compiled) -> None:
    """The child is known to the CRM, its parent's parent to marketing only."""
    records = [
        child("holding", None, source="mkto"),
        child("parent@mkto", "holding", source="mkto", external_key="parent@crm"),
        child("parent@crm", None),
        child("child", "parent@crm"),
    ]
    assert {key: place[:2] for key, place in places(project, records).items()} == {
        "holding": ("holding", 0), "parent@crm": ("holding", 1), "child": ("holding", 2),
    }  # fmt: skip


def test_a_circle_is_cut_above_its_oldest_account_and_reported(project: Compiled) -> None:
    records = [child("a", "b", day=3), child("b", "c", day=2), child("c", "a", day=5), child("below", "a", day=1)]
    assert places(project, records) == {
        "b": ("b", 0, True),
        "a": ("b", 1, True),
        "c": ("b", 2, True),
        "below": ("b", 2, False),
    }
    connection = project.build({"account": records}, only=["account"])
    parents = "select count(*), count(parent_account_id) from account"
    assert one(connection, parents) == (4, 4)  # the parents stay as the source says


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 11), min_size=1, max_size=12))
def test_whatever_the_parents_are_every_account_has_one_head(project: Compiled, parents: list[int]) -> None:
    records = [
        child(f"k{number}", f"k{parent}" if parent != number else None, day=number + 1)
        for number, parent in enumerate(parents)
    ]
    found = places(project, records)
    assert len(found) == len(records)
    for key, (root, depth, circular) in found.items():
        assert found[root][:2] == (root, 0)
        assert (depth == 0) == (root == key)
        assert circular == bool(_circle(int(key[1:]), parents))
    for circle in {frozenset(_circle(number, parents)) for number in range(len(parents))} - {frozenset()}:
        assert len({found[f"k{number}"][0] for number in circle}) == 1
        assert found[f"k{min(circle)}"][1] == 0  # the oldest is the head


def _circle(number: int, parents: list[int]) -> list[int]:
    """The numbers of the circle that `number` lies on, none where it lies on none."""
    seen = [number]
    while len(seen) <= len(parents):
        parent = parents[seen[-1]] if seen[-1] < len(parents) else seen[-1]
        if parent == seen[-1] or parent >= len(parents):
            return []
        if parent == number:
            return seen
        seen.append(parent)
    return []


def deal(key: str, account: str, amount: float, currency: str | None, **values: bool) -> Row:
    return {
        "source_key": key, "account_source_key": account, "amount": amount, "amount_currency": currency, **values,
    }  # fmt: skip


@pytest.fixture
def family() -> dict[str, list[Row]]:
    return {
        "account": [
            child("top", None, employees=1000),
            child("left", "top", employees=200),
            child("leaf", "left", employees=30),
            child("other", None, employees=7),
        ],
        "person": [
            person("ann", "ann@x.example", account_source_key="top"),
            person("bob", "bob@x.example", account_source_key="leaf"),
            person("cat", "cat@x.example", account_source_key="leaf"),
        ],
        "account_person": [{"source_key": "also", "account_source_key": "left", "person_source_key": "ann"}],
        "opportunity": [
            deal("o1", "leaf", 10, "USD", is_closed=False),
            deal("o2", "left", 20, None, is_closed=True, is_won=True),
            deal("o3", "top", 40, "EUR", is_closed=False),
            deal("o4", "top", 80, None, is_closed=True, is_won=False),
        ],
    }  # fmt: skip


def test_an_account_is_rolled_up_with_all_below_it(project: Compiled, family: dict[str, list[Row]]) -> None:
    connection = project.build(family)
    told = all_of(connection, """
        select account_key, roll.accounts, roll.people, roll.employees, open_opportunities, open_amount,
            won_opportunities, won_amount, other_currency_opportunities
        from account_roll_up as roll inner join account on account_id = account_roll_up_id
        order by accounts desc, account_key
    """)  # fmt: skip
    assert told == [
        ("top", 3, 3, 1230, 2, 10.0, 1, 20.0, 1),
        ("left", 2, 3, 230, 1, 10.0, 1, 20.0, 0),
        ("leaf", 1, 2, 30, 1, 10.0, 0, 0.0, 0),
        ("other", 1, 0, 7, 0, 0.0, 0, 0.0, 0),
    ]


def test_amounts_are_summed_each_currency_for_itself(project: Compiled, family: dict[str, list[Row]]) -> None:
    connection = project.build(family)
    amounts = all_of(connection, """
        select currency, open_amount, won_amount from account_amount inner join account using (account_id)
        where account_key = 'top' order by currency
    """)  # fmt: skip
    assert amounts == [("EUR", 40.0, 0.0), ("USD", 10.0, 0.0), (None, 0.0, 20.0)]


def test_descendants_and_ancestors_are_all_but_the_account_itself(
    project: Compiled, family: dict[str, list[Row]]
) -> None:
    connection = project.build(family, only=["account", "account_hierarchy"])
    links = all_of(
        connection,
        """
        select below.account_key, above.account_key, distance from account_hierarchy as link
        inner join account as below on link.account_id = below.account_id
        inner join account as above on link.ancestor_account_id = above.account_id
        order by all
    """,
    )
    assert links == [("leaf", "left", 1), ("leaf", "top", 2), ("left", "top", 1)]
