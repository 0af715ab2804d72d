"""Conditions in words: what was understood, in the language of the rule."""

from __future__ import annotations

import pytest

from muster.pql import bind_rule
from muster.pql.wording import Wording
from tests.pql.sample import SCHEMA

#: A rule, and how it is told. What reads the same both ways is written once.
SAME = [
    "b2b.personScore > 50",
    'workAddress.country in ["US", "CA"] and b2b.isBlocked = true',
    'exists opportunityPersons where personRole = "Decision Maker"',
    'xEvent[web.webPageDetails.name = "Pricing" and timestamp occurs <= 30 days before today].count() >= 3',
    "extSourceSystemAudit.lastActivityDate occurs > 1 week before now",
]
OTHER = {
    "workAddress.city.isNull()": "workAddress.city is not known",
    'exists R from opportunityPersons where R.opportunity.account.accountName = "Acme"': (
        'exists opportunityPersons where opportunity.account.accountName = "Acme"'
    ),
    "exists A from accounts, O from A.opportunities where O.isClosed = false": (
        "exists accounts where (exists opportunities where isClosed = false)"
    ),
    "forall O from opportunities[isWon = true] where O.isClosed = true": (
        "forall opportunities[isWon = true] where isClosed = true"
    ),
    "opportunities.sum(opportunityAmount.amount) > 5": "opportunities.sum(opportunityAmount.amount) > 5",
}


def worded(rule: str, *, brief: bool = False) -> str:
    bound = bind_rule(rule, "people", SCHEMA)
    return Wording(bound.schema, brief=brief).condition(bound.condition, bound.root)


@pytest.mark.parametrize(("rule", "told"), OTHER.items())
def test_a_rule_is_told_as_it_was_understood(rule: str, told: str) -> None:
    assert worded(rule) == told


@pytest.mark.parametrize("told", SAME)
def test_wording_stays_close_to_the_language(told: str) -> None:
    rule = told.replace("exists opportunityPersons where ", "exists R from opportunityPersons where R.")
    assert worded(rule) == told


def test_in_brief_the_conditions_on_rows_are_left_out() -> None:
    assert worded(SAME[3], brief=True) == "xEvent[…].count() >= 3"
