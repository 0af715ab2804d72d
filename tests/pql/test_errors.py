"""Mistakes: where they are, what is wrong, what would be right, and all of them at once."""

from __future__ import annotations

import pytest

from muster.errors import RuleError
from muster.pql import check_rule, compile_rule
from tests.pql.sample import NOW, SCHEMA

#: rule → line, column, what the message says, what the hint says
MISTAKES: dict[str, tuple[int, int, str, str]] = {
    # not PQL
    "": (1, 1, "the rule is empty", "write a condition"),
    "  \n ": (1, 1, "the rule is empty", "write a condition"),
    "b2b.personScore >": (1, 18, "stops too early", "expected a value"),
    "b2b.personScore > 80 and": (1, 25, "stops too early", "expected a value"),
    "(b2b.personScore > 80": (1, 22, "stops too early", ")"),
    "b2b.personScore 80": (1, 17, "unexpected '80'", "a comparison"),
    'workAddress.city = "Bos': (1, 20, "no end", 'close it with "'),
    'workAddress.city =\n  "Bos\n': (2, 3, "no end", 'close it with "'),
    "b2b.personScore # 3": (1, 17, "unexpected '#'", "a comparison"),
    "exists R from xEvent wher R.eventType = 'x'": (1, 22, "unexpected 'wher'", "where"),
    "sum X.timestamp over xEvent": (1, 28, "stops too early", "from"),
    'workAddress.city = "a\\d"': (1, 20, "\\d means nothing", "\\\\"),
    'workAddress.city = "\\u0000"': (1, 20, "no text can hold", ""),
    "xEvent.timestamp occurs <= 3.5 days before now": (1, 28, "3.5 is not a whole number", ""),
    "xEvent.timestamp occurs <= 3 dayz before now": (1, 30, "unexpected 'dayz'", "unit of time"),
    # names
    'workAdress.country = "US"': (1, 1, "person has no 'workAdress.country'", "workAddress.country"),
    'workAddress.contry = "US"': (1, 1, "person has no 'workAddress.contry'", "workAddress.country"),
    'country = "US"': (1, 1, "person has no 'country'", "workAddress.country"),
    'work_country = "US"': (1, 1, "person has no 'work_country'", "workAddress.country"),
    'accountName = "Acme"': (1, 1, "person has no 'accountName'", "accounts.accountName"),
    'accounts.acountName = "Acme"': (1, 10, "account has no 'acountName'", "accountName"),
    'opportunityPersons.oportunity.account.accountName = "x"': (
        1,
        20,
        "opportunity_person has no 'oportunity.account.accountName'",
        "opportunity",
    ),
    'accounts.accountName.first = "x"': (1, 10, "account has no 'accountName.first'", "accountName"),
    'xEvent[web.webPageDetail.name = "x"].count() > 1': (1, 8, "activity has no", "web.webPageDetails.name"),
    "accounts[people[b2b.personScore > accountOrganization.numberOfEmployees]]": (
        1,
        35,
        "person has no 'accountOrganization.numberOfEmployees'",
        "write ^accountOrganization.numberOfEmployees",
    ),
    "exists R from opportunityPersons where r.isPrimary": (1, 40, "person has no 'r.isPrimary'", ""),
    "^b2b.personScore > 1": (1, 1, "^ leads out of the rule", "0 levels"),
    "opportunities.cuont() > 1": (1, 15, "no function 'cuont'", "count"),
    "currentMoth() = 1": (1, 1, "no function 'currentMoth'", "currentMonth"),
    # types
    "b2b.personScore = true": (1, 17, "a number cannot be compared with a boolean", ""),
    "workAddress.city = b2b.personScore": (1, 18, "a string cannot be compared with a number", "put the number first"),
    'b2b.personScore > "many"': (1, 17, "a number cannot be compared with a string", ""),
    'person.birthDate > "soon"': (1, 18, "'soon' is not a date", "date(2026, 1, 31)"),
    "date(2026, 2, 30) < person.birthDate": (1, 1, "not in the calendar", ""),
    "b2b.isBlocked > false": (1, 15, "does not order", "= or !="),
    "workAddress.city + 1 = 2": (1, 18, "+ takes numbers, not a string", ""),
    "person.birthDate - 1 > now": (1, 18, "- takes numbers, not a date", "3 days before"),
    "b2b.personScore": (1, 5, "a number is not a condition", "compare it"),
    "b2b.personScore.contains('x')": (1, 17, "contains takes text, not a number", ""),
    "extendedWorkDetails.departments.contains('x')": (1, 33, "not an array", "includes"),
    "extendedWorkDetails.departments = 'x'": (1, 33, "cannot be compared", ""),
    "b2b.personScore in ['a']": (1, 17, "a number cannot be in an array of string", ""),
    "b2b.personScore in [workAddress.city]": (1, 33, "literal values only", ""),
    "b2b.personScore in workAddress.city": (1, 17, "an array is expected, not a string", ""),
    "workAddress = 'x'": (1, 1, "an object stands where one value is expected", "workAddress.country"),
    "accounts = 'x'": (1, 1, "a relation stands where one value is expected", "name an attribute"),
    "opportunities.sum(opportunityName) > 1": (1, 19, "sum takes a number, not a string", ""),
    "accounts.sum(opportunities.opportunityAmount.amount) > 1": (1, 46, "reaches many rows", "aggregate it"),
    "b2b.personScore[isWon]": (1, 17, "personScore is not a relation", ""),
    "b2b.personScore.count() > 1": (1, 5, "rows of a relation are expected", "accounts"),
    "b2b.personScore occurs today": (1, 17, "occurs takes a date or timestamp, not a number", ""),
    "person.birthDate occurs <= 3 hours before now": (1, 25, "a date has no hours", "days"),
    "person.birthDate occurs this hour": (1, 25, "a date has no hours", "days"),
    "person.birthDate occurs before workAddress.city": (1, 44, "a time is expected", "now, today"),
    "this month = last month": (1, 12, "two periods cannot be compared", ""),
    'workAddress.city.contains("x", "y")': (1, 32, "the case flag is true or false", ""),
    'workAddress.city.matches("(")': (1, 26, "the regular expression cannot be read: missing )", ""),
    'workAddress.city.matches("a(?=b)")': (1, 26, "the regular expression cannot be read", ""),
    "workAddress.city.matches(workAddress.country)": (1, 38, "a regular expression is expected", "in quotes"),
    'workAddress.city like "50\\\\x"': (1, 23, "a backslash in a pattern", ""),
    "workAddress.city.startsWith()": (1, 18, "takes 1 or 2 arguments, not 0", ""),
    'opportunityPersons[inSegment("x")].count() > 1': (1, 20, "opportunity_person rows are in no audience", "people"),
    "exists A from accounts where true, R from opportunityPersons where Q.isPrimary": (
        1,
        68,
        "person has no 'Q.isPrimary'",
        "",
    ),
    "(sum A.accountName over A from accounts, R from xEvent) > 1": (1, 8, "sum takes a number, not a string", ""),
    "(sum A.accountOrganization.numberOfEmployees over A from accounts, R from xEvent) > 1": (
        1,
        28,
        "the last variable does not start from",
        "",
    ),
    "if(b2b.isBlocked, 1, 'many') = 1": (1, 1, "if gives a number or a string", "of one type"),
    "if(b2b.personScore, 1, 2) = 1": (1, 8, "a number is not a condition", ""),
    "if(b2b.isBlocked, 1) = 1": (1, 1, "if takes 3 arguments, not 2", ""),
    "let S = opportunitees.count() in (true)": (1, 9, "person has no 'opportunitees'", "opportunities"),
    "(let S = opportunities.count() in (S > 1)) and S > 2": (1, 48, "person has no 'S'", ""),
}


@pytest.mark.parametrize("rule", MISTAKES)
def test_a_mistake_is_placed_and_explained(rule: str) -> None:
    line, column, message, hint = MISTAKES[rule]
    with pytest.raises(RuleError) as caught:
        compile_rule(rule, "people", SCHEMA, NOW, segment_table=str)
    error = caught.value
    assert message in error.message
    assert hint in error.expected
    assert (error.line, error.column) == (line, column)
    assert "\n" not in str(error)


def test_all_mistakes_of_a_rule_are_found_in_the_order_of_the_text() -> None:
    rule = """workAdress.country = "US"
        and not b2b.personScore
        and (accounts[acountName = "x" or revenue > 1].count() > b2b.score
             or exists E from xEvent where E.timestmp occurs today and E.nothing = 1)"""
    problems = check_rule(rule, "people", SCHEMA)
    assert [(problem.line, problem.column) for problem in problems] == [
        (1, 1),
        (2, 21),
        (3, 23),
        (3, 43),
        (3, 66),
        (4, 46),
        (4, 74),
    ]


def test_a_right_rule_has_no_mistakes() -> None:
    assert check_rule('inSegment("x") and b2b.personScore > 1', "people", SCHEMA) == []


def test_text_that_is_not_pql_gives_one_mistake() -> None:
    assert [problem.line for problem in check_rule("b2b.personScore >\n> 1", "people", SCHEMA)] == [2]


def test_an_audience_of_something_unknown_is_refused() -> None:
    with pytest.raises(RuleError, match="'leads'"):
        compile_rule("true", "leads", SCHEMA, NOW)


@pytest.mark.parametrize("rule", ["(" * 2000 + "true" + ")" * 2000, "not " * 4000 + "true", "-" * 5000 + "1 = 1"])
def test_deep_nesting_is_answered_not_crashed_on(rule: str) -> None:
    try:
        compile_rule(rule, "people", SCHEMA, NOW)
    except RuleError as error:
        assert "nested too deeply" in error.message


def test_a_long_rule_is_no_deep_rule() -> None:
    rule = " or ".join(f'workAddress.city = "city {n}"' for n in range(3000))
    assert compile_rule(rule, "people", SCHEMA, NOW).sql.count("city") > 3000
