"""Guardrails: what is counted, and what is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from muster.config.guardrails import Guardrails
from muster.config.models import Configuration
from muster.governance.guardrails import SOURCES, findings
from muster.governance.rule_size import measure
from tests.config.project_schema import project_schema

SCHEMA = project_schema()


@pytest.mark.parametrize(
    ("rule", "depth", "conditions"),
    [
        ("b2b.isBlocked = true", 1, 1),
        ("b2b.isBlocked = true and b2b.personScore > 1 and b2b.isConverted = true", 1, 3),
        ("b2b.isBlocked = true and (b2b.personScore > 1 or b2b.isConverted = true)", 2, 2),
        ("not (exists O from opportunities where O.isWon = true and O.isClosed = true)", 2, 2),
        ("exists A from accounts where (exists O from A.opportunities where O.isWon = true)", 3, 1),
        ("opportunities[isWon = true].count() > 1", 2, 1),
    ],
)
def test_containers_and_their_conditions(rule: str, depth: int, conditions: int) -> None:
    size = measure(rule, "people")
    assert (size.depth, size.conditions) == (depth, conditions)


@pytest.mark.parametrize(
    ("rule", "of", "hops", "classes"),
    [
        ("b2b.personScore > 1", "people", 0, set()),
        ("xEvent.count() > 1", "people", 1, {"activity"}),
        ("xEvent.count() > 1", "accounts", 3, {"activity"}),
        ('exists R from opportunityPersons where R.opportunity.account.accountName = "A"', "people", 3,
         {"opportunity_person", "opportunity", "account"}),
        ("accounts[opportunities[isWon = true].count() > 1].count() > 0", "people", 3, {"account", "opportunity"}),
        ('exists A from accounts, B from A.relatedAccounts where B.accountName = "A"', "people", 4, {"account"}),
        ("nonsense.of.nothing > 1", "people", 0, set()),
    ],
)  # fmt: skip
def test_hops_are_counted_from_the_person_or_account_on(rule: str, of: str, hops: int, classes: set[str]) -> None:
    size = measure(rule, of, SCHEMA)
    assert (size.hops, size.classes) == (hops, classes)


def test_the_longest_list_of_values_counts() -> None:
    assert measure('workAddress.country in ["US", "CA", "DE"] and workAddress.city in ["Berlin"]', "people").values == 3


def configuration(guardrails: dict[str, Any], *audiences: dict[str, Any]) -> Configuration:
    return Configuration.model_validate(
        {
            "sources": {"organization": "acme"},
            "identity": {},
            "destinations": {"destinations": [{"name": "out", "type": "files", "path": "out"}]},
            "governance": {"guardrails": guardrails},
            "audiences": [{"of": "people", "rule": "b2b.personScore > 1", **item} for item in audiences],
        }
    )


def told(guardrails: dict[str, Any], *audiences: dict[str, Any]) -> list[str]:
    return [str(item) for item in findings(configuration(guardrails, *audiences), SCHEMA)]


def test_what_is_within_the_incumbents_limits_is_silent() -> None:
    assert told({}, {"name": "a"}, {"name": "b", "of": "accounts", "rule": 'accountName = "A"'}) == []


def test_counts_over_all_audiences_leave_drafts_out() -> None:
    rails = {"audiences": {"limit": 1}, "account_audiences": {"limit": 0}, "b2b_audiences": {"limit": 0}}
    firms = {"name": "b", "of": "accounts", "rule": 'accountName = "A"'}
    deals = {"name": "c", "rule": "opportunities[isWon = true].count() > 0", "status": "draft"}
    assert told(rails, {"name": "a"}, firms, deals) == [
        "2 audiences, and the guardrail audiences is 1",
        "1 audiences of accounts, and the guardrail account_audiences is 0",
        "1 audiences that reach B2B records, and the guardrail b2b_audiences is 0",
    ]


def test_an_audience_is_named_and_a_guardrail_that_is_off_says_nothing() -> None:
    wide = {"name": "a", "rule": "b2b.personScore > 1 and b2b.isBlocked = true and b2b.isConverted = true"}
    assert told({"rules_per_container": {"limit": 2}}, wide) == [
        "a: 3 conditions in one container, and the guardrail rules_per_container is 2"
    ]
    assert told({"rules_per_container": {"limit": 2, "action": "off"}}, wide) == []


def test_fields_and_audiences_at_a_destination() -> None:
    going = {"name": "a", "activate": [{"destination": "out", "fields": {"x": "workEmail.address", "y": "personID"}}]}
    rails = {
        "fields_per_activation": {"limit": 1},
        "audiences_per_destination": {"limit": 0},
        "destinations": {"limit": 0},
    }
    assert told(rails, going) == [
        "1 destinations, and the guardrail destinations is 0",
        "out: 1 audiences at one destination, and the guardrail audiences_per_destination is 0",
        "a at out: 2 fields at one destination, and the guardrail fields_per_activation is 1",
    ]


def test_where_only_the_action_is_given_the_limit_stays() -> None:
    rails = Guardrails.model_validate({"hops": {"action": "refuse"}})
    assert (rails.hops.limit, rails.hops.action) == (5, "refuse")


def test_every_guardrail_says_what_it_counts_and_where_its_number_is_from() -> None:
    assert SOURCES.keys() == Guardrails.model_fields.keys()
