"""Arrays, functions of their items, objects and groups, by what they find in the sample rows."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from muster.pql import compile_rule
from tests.pql.sample import NOW, SCHEMA, database, who

ALL = [1, 2, 3, 4, 5]
VIEWS = "web.webpagedetails.pageViews"

PEOPLE: dict[str, list[int]] = {
    # the items of an array of values
    'exists D from extendedWorkDetails.departments where D = "HR"': [2, 5],
    'exists D from extendedWorkDetails.departments where D = "HR", E from ["HR", "Legal"] where E != D': [2, 5],
    'forall D from extendedWorkDetails.departments where D = "HR"': [4, 5],
    'one D from extendedWorkDetails.departments where D = "HR"': [2, 5],
    'extendedWorkDetails.departments[$1 = "HR"].count() = 1': [2, 5],
    'extendedWorkDetails.departments[D => D = "HR"]': [2, 5],
    'extendedWorkDetails.departments.filter(D => D != "HR").count() = 1': [1, 2, 3],
    'extendedWorkDetails.departments.exists($1.startsWith("F"))': [3],
    "extendedWorkDetails.departments.head() = extendedWorkDetails.departments.min()": [1, 2, 3, 5],
    'extendedWorkDetails.departments.head() = "HR"': [2, 5],
    "extendedWorkDetails.departments.head().isNull()": [4],
    'extendedWorkDetails.departments[$1 = ^extendedWorkDetails.jobTitle.regexGroup("(\\\\w+) Manager", 1)]': [2],
    "$1.extendedWorkDetails.departments.count() = 2": [2],
    # literal arrays
    '["US", "CA"].filter(C => C = workAddress.country).count() = 1': [1, 2, 3],
    '(exists C from ["US", "CA"] where C = workAddress.country)': [1, 2, 3],
    '(forall C from ["US", "CA"] where C != workAddress.country)': [5],
    "[3, 1, 2].filter(X => X < 3).head() = 1": ALL,
    "[1, 2, 3].map(X => X * 10).average() = 20": ALL,
    "[date(2026, 3, 18), date(2000, 3, 18)].exists(D => D = person.birthDate)": [4],
    "[].count() = 0": ALL,
    'exists X from [] where X = "a" or X in extendedWorkDetails.departments': [],
    # one array and another
    '"HR" in accounts.people.extendedWorkDetails.departments': [1, 2, 5],
    '"HR" notIn accounts.people.extendedWorkDetails.departments': [3, 4],
    '"HR" notIn extendedWorkDetails.departments.distinct()': [1, 3],
    'extendedWorkDetails.departments.supersetOf(["HR", "Legal"])': [2],
    'extendedWorkDetails.departments.subsetOf(["HR", "Legal"])': [2, 5],
    '["HR"].subsetOf(extendedWorkDetails.departments)': [2, 5],
    "extendedWorkDetails.departments.supersetOf([])": [1, 2, 3, 5],
    'extendedWorkDetails.departments.intersection(["Sales", "HR"]) = ["HR"]': [2, 5],
    'extendedWorkDetails.departments = ["HR", "HR"]': [5],
    'extendedWorkDetails.departments != ["HR"]': [1, 2, 3],
    'not (extendedWorkDetails.departments = ["HR"])': [1, 2, 3, 4],
    "extendedWorkDetails.departments = extendedWorkDetails.departments": [1, 2, 3, 5],
    "opportunities.opportunityStage.intersects(accounts.opportunities.opportunityStage)": [1, 2, 3],
    "opportunities.opportunityStage.subsetOf(accounts.opportunities.opportunityStage)": [1, 2, 3, 5],
    "workAddress.country in accounts.accountBillingAddress.country": [2, 5],
    "opportunityPersons.personRole.distinct().count() = 3": [1],
    "opportunityPersons.personRole.count() = 0": [3, 5],
    # map and distinct
    "accounts.map(accountName).distinct().count() = 2": [2],
    "accountPersons.map(account).count() = 2": [2],
    "accounts.map(people).count() = 2": [1, 2],
    "accounts.people.map(extendedWorkDetails.departments).count() = 3": [1, 2],
    "accounts.map(A => A).count() = 1": [1, 3, 5],
    "opportunities.map(isClosed).count() = 1": [3, 4],
    "opportunities.map(isClosed = true)[$1].count() = 1": [1, 2],
    # topN, bottomN, head
    "opportunities.topN(opportunityAmount.amount, 1).opportunityName = 'Acme new'": [1],
    "opportunities.bottomN(opportunityAmount.amount, 1).opportunityName = 'Acme new'": [2],
    "opportunities.topN(opportunityAmount.amount, 3).sum(opportunityAmount.amount) > 100000": [1, 2, 4],
    "opportunities.topN(O => O.opportunityAmount.amount, 2).bottomN(opportunityName, 1).opportunityStage = 'Won'": [],
    "opportunities.topN(O => O.opportunityAmount.amount, 2).topN(opportunityName, 1).opportunityStage = 'Won'": [1],
    "opportunities.topN(opportunityAmount.amount, 2)[isClosed].count() = 1": [1, 2],
    "opportunities.topN(opportunityAmount.amount, 1).head().account.accountName = 'Acme Labs'": [2],
    "opportunities.topN(opportunityAmount.amount, 1).head().account.isNull()": [3, 4, 5],
    "opportunities.topN(opportunityAmount.amount, 1).head().account.people.count() = 2": [1],
    "opportunities.topN(opportunityAmount.amount, 1).head().isNull()": [3, 5],
    "opportunities.topN(opportunityName, 1).head().isClosed": [1, 2],
    'xEvent.topN(timestamp, 1).head().web.webPageDetails.name = "Pricing"': [1, 5],
    'not (xEvent.topN(timestamp, 1).head().web.webPageDetails.name = "Pricing")': [2, 3, 4],
    'xEvent.topN(timestamp, 1).head().web.webPageDetails.name != "Pricing"': [3],
    "xEvent.topN(timestamp, 1).head().web.webPageDetails.name.isNull()": [2, 4],
    "xEvent.topN(timestamp, 1).head().timestamp occurs <= 3 days before now": [1, 2],
    "xEvent.head().timestamp = xEvent.min(timestamp)": [1, 2, 3, 5],
    "xEvent.bottomN(timestamp, 2).head().timestamp occurs last month": [1, 3],
    "opportunities.head().opportunityStage = 'Won'": [1],
    # correlated
    "accounts[opportunities.topN(opportunityAmount.amount, 1).head().opportunityName = 'Acme new'].count() = 1": [1, 2],
    "accounts.exists(opportunities[opportunityAmount.amount > ^^b2b.personScore].head().isClosed = false)": [],
    "accounts.exists(opportunities[opportunityAmount.amount > ^^b2b.personScore].topN(opportunityName, 1).isClosed)": [
        1,
        2,
    ],
    "exists A from accounts where A.people.topN(b2b.personScore, 1).head().person.name.firstName = 'Ana'": [1, 2],
    "accounts.filter(A => A.opportunities.filter(O => O.opportunityAmount.amount > b2b.personScore).count() = 2)": [
        1,
        2,
    ],
    "accounts.people.topN(P => P.b2b.personScore - b2b.personScore, 1).head().b2b.personScore = 85": [1, 2],
    "(sum O.opportunityAmount.amount over A from accounts, O from A.opportunities.topN(opportunityAmount.amount, 1))"
    " = 5000000": [2],
    "(count D over P from accounts.people, D from P.extendedWorkDetails.departments) = 3": [1, 2],
    # functions in aggregates
    "accounts.average(A => A.accountOrganization.numberOfEmployees) = 260": [2],
    "accounts.max(A => A.opportunities.count()) = 2": [1, 2],
    "accounts.sum(A => A.opportunities.sum(O => if(O.isClosed, 1, 0))) = 2": [2],
    # objects
    '{"a": b2b.personScore}.a > 80': [1, 4],
    '{"a": {"b": b2b.personScore}}.a.b > 80': [1, 4],
    'opportunities.map({"a": opportunityAmount.amount, "n": opportunityName})[a > 1000000].n.contains("Labs")': [2],
    'opportunities.map(O => {"x": {"y": O.opportunityAmount.amount}}).max(x.y) > 2500000': [2],
    'opportunities.map({"a": opportunityAmount.amount}).topN(a, 1).head().a > 2500000': [2],
    'opportunities.map({"stage": opportunityStage, "open": isClosed = false}).distinct().count() = 2': [1, 2],
    # groups
    "xEvent.groupBy(eventType).count() = 2": [2],
    f'xEvent.groupBy(eventType).get("{VIEWS}").count() = 4': [1],
    f'xEvent.groupBy(eventType).map((K, G) => mapEntry(K, G.count())).get("{VIEWS}") >= 3': [1],
    f'xEvent.groupBy(eventType).filter((K, G) => G.count() > 1).get("{VIEWS}").count() = 4': [1],
    f'xEvent.groupBy(eventType).filter((K, G) => G.count() > 1).get("{VIEWS}").count() = 1': [],
    f'xEvent.groupBy(eventType)[(K, G) => K = "{VIEWS}" and G.count() > 1]': [1],
    f'xEvent.groupBy(eventType).topN((K, G) => G.count(), 1).keys().head() = "{VIEWS}"': [1, 3, 5],
    "xEvent.groupBy(eventType).map((K, G) => G.count()).max() = 4": [1],
    "xEvent.groupBy(eventType).map((K, G) => G[timestamp occurs this month].count()).sum() = 1": [1, 5],
    'xEvent.groupBy(eventType).map((K, G) => {"type": K, "n": G.count()})[n > 3].type.startsWith("web")': [1],
    'xEvent.groupBy(eventType).map((K, G) => mapEntry(K, G.count())).filter((K, V) => V > 3 and K.contains("web"))': [
        1
    ],
    "xEvent.groupBy(eventType).map((K, G) => mapEntry(K, G.count())).map((K, V) => V).sum() = 4": [1],
    'xEvent.groupBy(eventType).map((K, G) => mapEntry(K, {"n": G.count()})).values()[n = 4].count() = 1': [1],
    "xEvent.groupBy(timestamp.getYear()).map((Y, G) => mapEntry(Y, G.groupBy(eventType).count())).get(2026) = 2": [2],
    "xEvent.groupBy(eventType).exists((K, G) => G.topN(timestamp, 1).head().timestamp occurs today)": [2],
    # names given by let, chains
    "let T = opportunities.topN(opportunityAmount.amount, 2) in (T.count() = 2 and T.head().isClosed)": [2],
    "let N = 1 in (opportunities.topN(opportunityAmount.amount, N).opportunityStage = 'Lost')": [2],
    f'CHAIN(xEvent.filter(E => E.eventType = "{VIEWS}"), timestamp, [A: WHAT(true) COUNT(2), B: WHAT(true)])': [1],
    "CHAIN(xEvent.topN(timestamp, 2), timestamp, [A: WHAT(true), B: WHAT(true)])": [1, 2],
    # regular expressions
    'workEmail.address.regexGroup("@(\\\\w+)", 1) = "acme"': [1, 2],
    'workEmail.address.regexGroup("(?<name>\\\\w+)@(?P<host>\\\\w+)", 2) = "globex"': [3],
    'workEmail.address.regexGroup("x(y)", 1).isNull()': ALL,
    'workEmail.address.regexGroup("[a-z]+@", 0) = "bo@"': [2],
    'workEmail.address.matches("^ana")': [1],
    'workEmail.address.matches("(?i)GLOBEX\\\\.test$")': [3],
    'workEmail.address.matches("^ana$")': [],
    'workAddress.city.matches("\\\\QBoston\\\\E|Aus(tin)?")': [1, 3],
    # all rows of a class
    'select p from modelInstances("https://ns.adobe.com/xdm/context/profile") where p.workAddress.country = "US"': [
        1,
        3,
    ],
    'exists a from modelInstances("https://ns.adobe.com/xdm/context/account") where a.accountName = "Initech"'
    " and a.accountBillingAddress.country = workAddress.country": [5],
    'modelInstances("https://ns.adobe.com/xdm/context/opportunity-person").count() = 7': ALL,
}

ACCOUNTS: dict[str, list[int]] = {
    "people.extendedWorkDetails.departments.distinct().count() > 2": [1],
    "people.opportunities.topN(opportunityAmount.amount, 1).opportunityName = 'Labs pilot'": [1, 2],
    "people.topN(b2b.personScore, 1).head().workAddress.country = accountBillingAddress.country": [4],
    'xEvent.topN(timestamp, 1).head().eventType = "directMarketing.emailOpened"': [1, 2],
    "people.groupBy(workAddress.country).map((C, G) => mapEntry(C, G.count())).get(accountBillingAddress.country)"
    " = 1": [1, 4],
    'people.extendedWorkDetails.departments.supersetOf(["HR", "Sales"])': [1],
    "opportunities.topN(opportunityAmount.amount, 1).head().opportunityPersons.personRole.distinct().count() = 3": [1],
}


@pytest.mark.parametrize("rule", PEOPLE)
def test_people(rows: duckdb.DuckDBPyConnection, rule: str) -> None:
    assert who(rows, rule) == PEOPLE[rule]


@pytest.mark.parametrize("rule", ACCOUNTS)
def test_accounts(rows: duckdb.DuckDBPyConnection, rule: str) -> None:
    assert who(rows, rule, "accounts") == ACCOUNTS[rule]


@pytest.mark.parametrize(("of", "rule"), [*(("people", rule) for rule in PEOPLE), *(("accounts", r) for r in ACCOUNTS)])
def test_another_engine_reads_the_rule_without_unknown_functions(of: str, rule: str) -> None:
    compiled = compile_rule(rule, of, SCHEMA, NOW, dialect="spark")
    from_duckdb = sqlglot.transpile(compiled.query.sql("duckdb"), read="duckdb", write="spark")[0]
    for text in (compiled.sql, from_duckdb):
        nodes = list(sqlglot.parse_one(text, read="spark").walk())
        assert not [node for node in nodes if isinstance(node, exp.Anonymous | exp.Command)]


def test_amounts_are_ranked_and_kept_with_their_currency() -> None:
    deals = [("EUR", 900), ("USD", 300), (None, 200), ("USD", 100), ("EUR", 100)]
    connection = database(
        {
            "account": [(1, "Acme", *[None] * 8)],
            "opportunity": [
                (f"o{n}", f"deal {n}", "Open", 1, amount, currency, None, False, False, None, None)
                for n, (currency, amount) in enumerate(deals)
            ],
        }
    )
    amount = "opportunityAmount.amount"
    for rule in (
        f"opportunities.topN({amount}, 1).opportunityName = 'deal 1'",
        f"opportunities.topN({amount}, 9).count() = 3",
        f"opportunities.map({amount}).sum() = 600",
        f"opportunities.{amount}.sum() = 600",
        f"opportunities.map({amount}).count() = 5",
        f"opportunities.map({amount}).distinct().count() = 4",
        f"opportunities.map({amount}).distinct().sum() = 600",
        f"opportunities.map({amount})[$1 > 150].sum() = 500",
        f'opportunities.map({{"a": 2 * {amount}, "s": opportunityStage}}).sum(a) = 1200',
        f'opportunities.groupBy(opportunityStage).map((S, G) => mapEntry(S, G.sum({amount}))).get("Open") = 600',
    ):
        assert who(connection, rule, "accounts") == [1], rule
    assert who(connection, f"opportunities.map({amount}).sum() = 1200", "accounts", currency="EUR") == [1]


def test_ties_go_by_the_order_that_items_had() -> None:
    connection = database(
        {
            "account": [(1, "Acme", *[None] * 8)],
            "opportunity": [(f"o{n}", f"{n}", None, 1, None, *[None] * 6) for n in (3, 1, 2)],
        }
    )
    for name in ("topN", "bottomN"):
        assert who(connection, f"opportunities.{name}(account.accountName, 2).opportunityName = '1'", "accounts") == [1]
        assert who(connection, f"opportunities.{name}(account.accountName, 2).opportunityName = '2'", "accounts") == [1]
        assert who(connection, f"opportunities.{name}(account.accountName, 1).head().opportunityName = '1'", "accounts")
        assert not who(connection, f"opportunities.{name}(opportunityStage, 2).opportunityName = '3'", "accounts")


def test_a_row_reached_over_several_ways_is_one_item() -> None:
    connection = database(
        {
            "person": [(1, "p1", *[None] * 3, ["HR", "HR"], *[None] * 7), (2, "p2", *[None] * 11)],
            "account": [(1, "Acme", *[None] * 8)],
            "account_person": [("a", 1, 1, "x", True), ("b", 1, 1, "y", True), ("c", 1, 2, "z", True)],
        }
    )
    for rule in (
        "people.topN(personID, 9).count() = 2",
        "people.map(personID).count() = 2",
        "people.extendedWorkDetails.departments.count() = 2",
        "people.groupBy(personID).map((K, G) => G.count()).max() = 1",
        "people.topN(personID, 1).head().personID = 'p2'",
        "people.map(account).isNull()",
    ):
        assert who(connection, rule, "accounts") == [1], rule


def test_the_newest_event_is_found_without_ranking_them_all() -> None:
    sql = compile_rule('xEvent.topN(timestamp, 5).head().eventType = "x"', "people", SCHEMA, NOW).sql
    assert sql.count("ROW_NUMBER") == 1
    assert "MAX(" in sql
