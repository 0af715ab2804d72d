"""A mart that lost most of its rows is taken for a failed export."""

from __future__ import annotations

from muster.governance.shrink import shrunk_marts


def test_a_mart_that_lost_more_than_the_bound_is_named_with_its_figures() -> None:
    found = shrunk_marts({"person": 2000, "account": 100}, {"person": 999, "account": 50}, max_shrink=0.5)

    assert [str(item) for item in found] == ["person fell from 2,000 to 999 rows"]


def test_a_mart_that_is_gone_has_lost_everything() -> None:
    assert [item.mart for item in shrunk_marts({"person": 80}, {}, max_shrink=0.9)] == ["person"]


def test_growth_and_new_marts_are_no_loss() -> None:
    assert shrunk_marts({"person": 80}, {"person": 8000, "activity": 3}, max_shrink=0.1) == []


def test_small_marts_may_change_as_they_like() -> None:
    assert shrunk_marts({"campaign": 49}, {"campaign": 0}, max_shrink=0.5) == []
    assert [item.mart for item in shrunk_marts({"campaign": 50}, {"campaign": 0}, max_shrink=0.5)] == ["campaign"]


def test_with_a_bound_of_one_nothing_is_ever_too_much() -> None:
    assert shrunk_marts({"person": 80}, {"person": 0}, max_shrink=1.0) == []
