"""Explanations of chains, of forms without rows, and of those whom a rule takes and its audience does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.audiences import MembershipStore
from muster.audiences.explain import Explanation, explain
from muster.settings import Settings
from muster.snapshot import Snapshot
from tests.audiences.sample_world import INSTANT, open_store, publish_sample

CHAIN = """CHAIN(xEvent, timestamp, [
    A: WHAT(web.webPageDetails.name = "Pricing"),
    B: WHAT(eventType = "directMarketing.emailOpened") WHEN(<= 7 days after A)])"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Snapshot, MembershipStore]:
    place: Path = tmp_path_factory.mktemp("sample")
    settings = Settings.at(place / "config", place / "data")
    return publish_sample(settings), open_store(settings)


def explained(told: tuple[Snapshot, MembershipStore], rule: str, ordinal: int, **others: object) -> Explanation:
    return explain("tried", rule, "people", ordinal, *told, INSTANT, **others)  # type: ignore[arg-type]


def test_a_chain_tells_how_many_rows_each_item_has_and_the_ones_it_needs(
    told: tuple[Snapshot, MembershipStore],
) -> None:
    found = explained(told, CHAIN, 2)
    assert found.holds
    assert [item.rows for item in found.finding.groups[0].conditions] == [1, 1]
    assert {row.key for row in found.witness} == {"e5", "e6"}


def test_a_broken_chain_says_so(told: tuple[Snapshot, MembershipStore]) -> None:
    found = explained(told, CHAIN, 1)
    assert not found.holds
    assert [item.rows for item in found.finding.groups[0].conditions] == [4, 0]
    assert "complete CHAIN(" in found.changes[0].steps[0].text


def test_what_has_no_wording_stands_as_it_was_written(told: tuple[Snapshot, MembershipStore]) -> None:
    rule = 'if(b2b.personScore > 50, "hot", "cold") = "hot"'
    assert explained(told, rule, 1).finding.text == rule


def test_whom_something_else_takes_out(told: tuple[Snapshot, MembershipStore]) -> None:
    found = explained(told, "true", 1, left_out=lambda _: ["held out"])
    assert found.left_out == ("held out",)
    assert explained(told, "false", 1, left_out=lambda _: ["held out"]).left_out == ()
