"""Mistakes about arrays: where they are, what is wrong, what would be right; and rules that would grow too large."""

from __future__ import annotations

import pytest

from muster.errors import RuleError
from muster.pql import compile_rule
from tests.pql.sample import NOW, SCHEMA

#: rule → column, what the message says, what the hint says
MISTAKES: dict[str, tuple[int, str, str]] = {
    "opportunities.topN(opportunityAmount.amount).count() = 1": (15, "topN takes 2 arguments, not 1", ""),
    "opportunities.topN(opportunityAmount.amount, 0).count() = 1": (46, "how many items", ".topN(…, 5)"),
    "opportunities.topN(isClosed, 1).count() = 1": (20, "topN does not order values of type boolean", ""),
    "opportunities.topN(account.people.b2b.personScore, 1)": (39, "reaches many rows", "aggregate it"),
    'extendedWorkDetails.departments[workAddress.city = "x"]': (33, "has no 'workAddress.city'", "write ^workAddress"),
    'exists D from extendedWorkDetails.departments where D.name = "x"': (55, "an array of string has no 'name'", ""),
    "extendedWorkDetails.departments": (21, "array<string> is not a condition", "includes"),
    "xEvent.groupBy(eventType).map(G => G.count())": (31, "groups of groupBy are taken by a function", "(K, G) =>"),
    "xEvent.groupBy(eventType).map(eventType)": (31, "groups of groupBy are taken by a function", "(K, G) =>"),
    "xEvent.groupBy(eventType).values()": (27, "the values of groupBy are arrays", "(K, G) =>"),
    "xEvent.groupBy(eventType).head()": (27, "a group cannot be taken by itself", ".get(…)"),
    "opportunities.map((K, V) => V).count() = 1": (19, "a function of 2 parameters cannot stand here", "entries"),
    "opportunities.filter((K, K) => true).count() = 1": (22, "two parameters have the same name", ""),
    'opportunities.map({"a": isClosed, "a": isWon}).count() = 1': (35, "'a' cannot be a name here", "its own name"),
    "opportunities.map({}).count() = 1": (19, "an object without names", ""),
    '{"a": 1}.b = 1': (1, "the object has no 'b'", "it has a"),
    '{"a": 1} = 1': (1, "an object {…} is made for each item", "map"),
    'opportunities.map({"a": ^accounts}).count() = 1': (25, "a relation stands where one value", ""),
    "opportunities.keys().count() = 1": (15, "keys takes a map", "groupBy"),
    'opportunities.get("x") = 1': (15, "get takes a map", "groupBy"),
    '["a", 1].count() = 2': (1, "different types: number, string", ""),
    "opportunities.intersects(accounts)": (1, "an array of values is expected", ".map(…)"),
    "accounts.accountName.intersects(b2b.personScore)": (37, "an array is expected, not a number", ""),
    "accounts.opportunities.opportunityAmount.amount.subsetOf(accounts.isClosed)": (67, "account has no", ""),
    'mapEntry("a", 1) = 1': (1, "mapEntry makes the entries of a map", "=> mapEntry"),
    "X => X = 1": (1, "a function (=>) stands where an array is gone over", "filter"),
    'modelInstances("https://example.com/nothing").count() = 1': (1, "there is no class", "account"),
    "opportunities.sum() > 1": (15, "sum takes 1 argument, not 0", ""),
    "extendedWorkDetails.departments.sum() > 1": (33, "sum takes a number, not a string", ""),
    'workEmail.address.regexGroup("@(a)", 2) = "x"': (38, "has 1 groups, not 2", ""),
    'workEmail.address.regexGroup("a", b2b.personScore) = "x"': (39, "the number of a group", ""),
    'b2b.personScore.regexGroup("a", 0) = "x"': (17, "regexGroup takes text, not a number", ""),
    'workEmail.address.matches("a(?!b)")': (27, "a look-ahead, (?!, at character 2 of it", "RE2"),
    'workEmail.address.matches("(?<=a)b")': (27, "a look-behind, (?<=, at character 1", "RE2"),
    'workEmail.address.matches("(a)\\\\1")': (27, "a back reference, \\1, at character 4", "RE2"),
    'workEmail.address.matches("a++")': (27, "a possessive quantifier, ++, at character 2", "RE2"),
    'workEmail.address.matches("(?>a)")': (27, "an atomic group", "RE2"),
    'workEmail.address.matches("[a-z&&[^b]]+")': (27, "a class within a class at character 1", "RE2"),
    'CHAIN(xEvent.map({"t": timestamp}), t, [A: WHAT(true), B: WHAT(true)])': (
        1,
        "a chain goes over the rows",
        "xEvent",
    ),
}


@pytest.mark.parametrize("rule", MISTAKES)
def test_a_mistake_is_placed_and_explained(rule: str) -> None:
    column, message, hint = MISTAKES[rule]
    with pytest.raises(RuleError) as caught:
        compile_rule(rule, "people", SCHEMA, NOW)
    error = caught.value
    assert message in error.message
    assert hint in error.expected
    assert (error.line, error.column) == (1, column) or "chain" in message


def test_copies_of_copies_are_bounded() -> None:
    rule = roles = "opportunityPersons.personRole"
    for depth in range(12):
        rule = f"{roles}.filter(X{depth} => {roles} = {rule})"
    with pytest.raises(RuleError, match="nests arrays within arrays too often"):
        compile_rule(f"{rule}.count() > 0", "people", SCHEMA, NOW)
