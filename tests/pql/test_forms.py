"""Every form of the language, by what it finds in the sample rows."""

from __future__ import annotations

import duckdb
import pytest

from muster.errors import RuleError
from muster.pql import compile_rule, referenced_audiences
from tests.pql.sample import NOW, SCHEMA, database, who

ALL = [1, 2, 3, 4, 5]

PEOPLE: dict[str, list[int]] = {
    # literals, comparisons, boolean operators
    'workAddress.country = "US"': [1, 3],
    "workAddress.country = 'US'": [1, 3],
    'workAddress.country="US"': [1, 3],
    'workAddress.country != "US"': [2, 5],
    "b2b.personScore > 80": [1, 4],
    "b2b.personScore >= 80": [1, 4, 5],
    "b2b.personScore < 80": [2],
    "b2b.personScore <= 8e1": [2, 5],
    "80 <= b2b.personScore": [1, 4, 5],
    "b2b.personScore > -1": [1, 2, 4, 5],
    "b2b.isBlocked = true": [3],
    "b2b.isBlocked": [3],
    "b2b.isBlocked = false": [1, 5],
    "not b2b.isBlocked": [1, 2, 4, 5],
    "!(b2b.isBlocked)": [1, 2, 4, 5],
    "!b2b.isBlocked AND NOT b2b.personScore > 80": [2, 5],
    'workAddress.country = "US" OR workAddress.country = "DE" and b2b.isBlocked = true': [1, 3],
    '(workAddress.country = "US" or workAddress.country = "DE") And b2b.isBlocked = TRUE': [3],
    "true": ALL,
    "false or not true": [],
    "(b2b.personScore > 80) = true": [1, 4],
    "(b2b.personScore > 80) = false": [2, 3, 5],
    '$1.workAddress.country = "US"': [1, 3],
    # literals take the type of the other side
    'b2b.personScore = "40"': [2],
    'b2b.isBlocked = "true"': [3],
    "workAddress.country = 1": [],
    'person.birthDate = "1990-06-15"': [1],
    # arithmetic
    "b2b.personScore + 10 * 2 = 60": [2],
    "(b2b.personScore + 10) * 2 = 100": [2],
    "b2b.personScore - 10 - 5 = 25": [2],
    "b2b.personScore - (10 - 5) = 35": [2],
    "b2b.personScore / 8 = 5": [2],
    "b2b.personScore % 50 = 35": [1],
    "-b2b.personScore < -84": [1, 4],
    "b2b.personScore / 0 > 0": [],
    "b2b.personScore % 0 = 0": [],
    "7 / 2 = 3.5": ALL,
    # text
    'workAddress.city like "%o%n"': [1],
    'workAddress.city like "B_ston"': [1],
    'person.name.firstName like "%\\\\%"': [5],
    'workAddress.city.startsWith("Bo")': [1],
    'workAddress.city.startsWith("bo")': [],
    'workAddress.city.startsWith("bo", false)': [1],
    'workAddress.city.doesNotStartWith("Bo")': [3, 5],
    'workAddress.city.endsWith("in")': [3],
    'workAddress.city.endsWith("IN", false)': [3],
    'workAddress.city.doesNotEndWith("IN", false)': [1, 5],
    'workAddress.city.contains("st")': [1, 3],
    'workAddress.city.contains("ST", true)': [],
    'workAddress.city.doesNotContain("st")': [5],
    'workAddress.city.contains("Ö", false)': [5],
    'workAddress.city.equals("boston", false)': [1],
    'workAddress.city.equals("boston")': [],
    'workAddress.city.notEqualTo("Boston")': [3, 5],
    'workAddress.city.notEqualTo("boston", false)': [3, 5],
    'workEmail.address.matches("[a-z]+@(acme|globex)\\\\.test")': [1, 2, 3],
    'workEmail.address.matches("acme")': [],
    'workEmail.address.matches("ana@.*|bo@.*")': [1, 2],
    "workEmail.address.contains(person.name.firstName, false)": [1, 2, 3],
    # membership
    'workAddress.country in ["US", "DE"]': [1, 3, 5],
    'workAddress.country notIn ["US", "DE"]': [2],
    "workAddress.country in []": [],
    "workAddress.country notIn []": [1, 2, 3, 5],
    "b2b.personScore in [40, 80.0]": [2, 5],
    "person.birthDate in [date(1990, 6, 15), date(1985, 3, 1)]": [1, 2],
    "person.birthDate notIn [date(1990, 6, 15)]": [2, 4],
    '"HR" in extendedWorkDetails.departments': [2, 5],
    '"HR" notIn extendedWorkDetails.departments': [1, 3],
    'extendedWorkDetails.departments.includes("HR")': [2, 5],
    'extendedWorkDetails.departments.intersects(["Legal", "Sales"])': [1, 2],
    '["Legal", "Sales"].intersects(extendedWorkDetails.departments)': [1, 2],
    "extendedWorkDetails.departments.count() = 2": [2],
    "extendedWorkDetails.departments.count() = 0": [4],
    # null
    "workAddress.city.isNull()": [2, 4],
    "workAddress.city.isNotNull()": [1, 3, 5],
    "workAddress.isNull()": [4],
    "workAddress.isNotNull()": [1, 2, 3, 5],
    "account.isNull()": [4],
    "account.isNotNull()": [1, 2, 3, 5],
    "account.parent.isNull()": [1, 2, 3, 4],
    "opportunities.isNull()": [5],
    "accounts.isNull()": [4],
    "opportunities.opportunityAmount.currencyCode.isNull()": [4],
    # relations to one and to many, shortcuts
    'account.accountName = "Acme"': [1, 2],
    "account.parent.accountOrganization.annualRevenue.amount > 1": [5],
    'accountPersons.personRole = "Manager"': [1, 2, 5],
    'accounts.accountName = "Acme Labs"': [2],
    'accountPersons.account.accountName = "Acme Labs"': [2],
    'not accounts.accountName = "Acme"': [3, 4, 5],
    'accounts.accountName != "Acme"': [2, 3, 5],
    "not opportunities.isClosed": [3, 4, 5],
    "opportunities.isClosed = false": [1, 2, 3, 4],
    '"Decision Maker" in opportunityPersons.personRole': [1, 2, 4],
    '"Decision Maker" notIn opportunityPersons.personRole': [3, 5],
    'opportunityPersons.personRole in ["User", "Influencer"]': [1],
    'opportunityPersons.personRole.includes("User")': [1],
    'opportunityPersons.personRole.intersects(["User", "x"])': [1],
    'opportunities.opportunityName.startsWith("Labs")': [2],
    "opportunities.opportunityAmount.amount > opportunities.expectedRevenue.amount": [1, 2],
    # filters
    "opportunities[opportunityAmount.amount > expectedRevenue.amount].count() > 0": [1],
    "opportunities[isClosed = false][opportunityAmount.amount > 1000000].count() = 1": [1, 2],
    'opportunityPersons[personRole = "Decision Maker"].opportunity[isClosed].opportunityStage = "Lost"': [2],
    "accounts[opportunities[isClosed].count() = 1].count() = 2": [2],
    "opportunities[isWon]": [1],
    'account[accountName = "Acme"].count() = 1': [1, 2],
    "opportunities[opportunityAmount.amount > ^b2b.personScore * 20000].count() > 0": [1, 2],
    "accounts[opportunities[account.accountName = ^accountName and ^^b2b.personScore > 50].count() > 0].count() > 0": [
        1
    ],
    "accounts.opportunities[$1.workAddress.country = account.accountBillingAddress.country].count() > 0": [2],
    # aggregates; a row reached over several ways counts once
    "opportunities.count() = 0": [5],
    "opportunityPersons.count() = 3": [1],
    "opportunities.count() = 2": [1, 2],
    "opportunities.count() != 2": [3, 4, 5],
    "accounts.opportunities.count() = 3": [2],
    "opportunities.sum(expectedRevenue.amount) = 2680000": [1],
    "opportunities.sum(expectedRevenue.amount) = 0": [3, 4, 5],
    "opportunities.max(expectedRevenue.amount) = 2500000": [1, 2],
    "opportunities.min(opportunityAmount.amount) = 200000": [1],
    "opportunities.average(opportunityAmount.amount) = 1100000": [1],
    "opportunities.sum(opportunityAmount.amount - expectedRevenue.amount) = -480000": [1],
    "not (opportunities.min(expectedRevenue.amount) > 0)": [3, 4, 5],
    "xEvent.max(timestamp) > date(2026, 3, 17)": [2, 5],
    'opportunities.max(opportunityName) = "Labs pilot"': [2],
    "accounts.sum(opportunities.count()) = 3": [2],
    "accounts.max(opportunities[isClosed = false].count()) = 1": [1, 2, 3],
    "accounts[opportunities.sum(opportunityAmount.amount) > ^b2b.personScore].count() = 2": [2],
    "accounts.opportunities[opportunityAmount.amount > ^b2b.personScore].sum(opportunityAmount.amount) = 5200000": [2],
    "(sum X.opportunityAmount.amount over X from opportunities where X.isClosed = true) = 3000000": [2],
    "sum X.opportunityAmount.amount over X from opportunities > 2000000": [1, 2],
    "(sum O.opportunityAmount.amount over A from accounts, O from A.opportunities where O.isWon) = 200000": [1, 2],
    "(count X over X from xEvent) = 4": [1],
    "(max E.timestamp over E from xEvent) < date(2026, 3, 1)": [3],
    # quantifiers
    'exists R from opportunityPersons where R.personRole = "User"': [1],
    'exists R from opportunityPersons : R.personRole = "User"': [1],
    "exists R from opportunityPersons": [1, 2, 3, 4],
    'EXISTS A FROM accounts WHERE A.accountName = "Acme", O FROM A.opportunities WHERE O.isWon': [1, 2],
    "exists A from accounts where A.parent.isNotNull(), E from xEvent where E.campaign.isNotNull()": [2],
    "forall R from opportunityPersons where R.isPrimary": [4, 5],
    'forall A from accounts where A.accountName != "Globex", O from A.opportunities where O.isClosed = true': [4, 5],
    "select E from xEvent where E.campaign.campaignName = 'Spring'": [2],
    "(select E from xEvent where E.campaign.campaignName = 'Spring').count() = 2": [2],
    'opportunityPersons.exists(personRole = "User")': [1],
    'accounts.exists(opportunities.exists(isWon and ^accountName = "Acme"))': [1, 2],
    "exists A from account where A.parent.isNotNull()": [5],
    "exists A from accounts where exists P from A.people where P.b2b.isBlocked": [3],
    "exists A from accounts where A.parent.accountName = $1.account.accountName": [2],
    # dates
    "person.birthDate.getMonth() = currentMonth()": [2, 4],
    "person.birthDate.getDayOfMonth() = currentDayOfMonth()": [4],
    "person.birthDate.getYear() in [1985, 1990]": [1, 2],
    "extSourceSystemAudit.lastActivityDate.getYear() = currentYear()": [1, 2, 3, 5],
    "person.birthDate < date(1990, 6, 15)": [2],
    "person.birthDate <= date(1990, 6, 15)": [1, 2],
    "extSourceSystemAudit.lastActivityDate > now": [5],
    "opportunities.expectedCloseDate > opportunities.actualCloseDate": [1, 2],
    # other audiences
    'inSegment("visitors")': [1, 2],
    'not inSegment("visitors")': [3, 4, 5],
    'account.inSegment("large")': [1, 2, 3],
    'accounts.inSegment("large") and not inSegment("visitors")': [3],
    'accounts[inSegment("large")].count() = 1': [1, 2, 3],
}

ACCOUNTS: dict[str, list[int]] = {
    'people.workAddress.country = "US"': [1, 3],
    "people.count() = 2": [1],
    "xEvent.count() > 4": [1],
    'xEvent.web.webPageDetails.name = "Home"': [3],
    "children.isNotNull()": [1, 3],
    "parent.children.count() = 1": [2, 4],
    "relatedAccounts.accountName = 'Acme'": [3],
    'people.exists(inSegment("visitors"))': [1, 2],
    "accountNumber.isNull()": [3],
    "parent": [2, 4],
}


@pytest.mark.parametrize("rule", PEOPLE)
def test_people(rows: duckdb.DuckDBPyConnection, rule: str) -> None:
    assert who(rows, rule, segment_table=lambda name: f"seg_{name}") == PEOPLE[rule]


@pytest.mark.parametrize("rule", ACCOUNTS)
def test_accounts(rows: duckdb.DuckDBPyConnection, rule: str) -> None:
    assert who(rows, rule, "accounts", segment_table=lambda name: f"seg_{name}") == ACCOUNTS[rule]


def test_amounts_are_aggregated_in_the_organisations_currency_only() -> None:
    deal = ("Open", 1, 100.0)
    connection = database(
        {
            "account": [(1, "Acme", *[None] * 8)],
            "opportunity": [
                (f"o{n}", "x", *deal, currency, 10.0, False, False, None, None)
                for n, currency in enumerate(["USD", "EUR", None, "EUR", "usd"])
            ],
        }
    )
    total = "opportunities.sum(opportunityAmount.amount) = {}"
    assert who(connection, total.format(200), "accounts") == [1]
    assert who(connection, total.format(300), "accounts", currency="EUR") == [1]
    assert who(connection, total.format(100), "accounts", currency="GBP") == [1]
    assert who(connection, "opportunities.sum(2 * opportunityAmount.amount + 1) = 402", "accounts") == [1]
    assert who(connection, "opportunities.sum(expectedRevenue.amount) = 50", "accounts") == [1]
    assert who(connection, "opportunities.count() = 5", "accounts") == [1]
    assert who(connection, "opportunities.average(opportunityAmount.amount) = 100", "accounts") == [1]


def test_a_compiled_rule_tells_what_it_uses() -> None:
    rule = """opportunityPersons.opportunity.opportunityAmount.amount > 1000
              and xEvent[timestamp occurs <= 3 days before now].count() > 0
              and inSegment("a") and accounts.inSegment("b") and inSegment("a")"""
    compiled = compile_rule(rule, "people", SCHEMA, NOW, segment_table=str)
    assert compiled.fields == (
        ("opportunity", "opportunityAmount.amount", "amount"),
        ("activity", "timestamp", "occurred_at"),
    )
    assert compiled.relations == (
        "person.opportunityPersons",
        "opportunity_person.opportunity",
        "person.xEvent",
        "person.accountPersons",
        "account_person.account",
    )
    assert compiled.segments == referenced_audiences(rule) == ("a", "b")
    assert compiled.segment_uses == (("a", "person"), ("b", "account"))


def test_a_rule_about_another_audience_is_refused_where_there_are_none() -> None:
    with pytest.raises(RuleError, match="'x' cannot be asked here"):
        compile_rule('inSegment("x")', "people", SCHEMA, NOW)


def test_the_same_rule_gives_the_same_query() -> None:
    rule = 'accounts[opportunities.count() > 1].count() > 1 and xEvent.exists(campaign.campaignName = "x")'
    assert len({compile_rule(rule, "people", SCHEMA, NOW).sql for _ in range(3)}) == 1
