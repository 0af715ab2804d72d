"""The published B2B audience use cases as rules, each against SQL that was written by hand, and the Bodea case."""

from __future__ import annotations

import duckdb
import pytest

from muster.pql import compile_rule
from tests.pql.sample import NOW, ROWS, SCHEMA, database, who

OPEN_BIG = "isClosed = false and opportunityAmount.amount >= 1000000"
DECISION = "select person_ord from opportunity_person op join opportunity o using (opportunity_id)"
VISITED = "select person_ord from activity where page_name = 'Pricing' and occurred_at between"

USE_CASES = {
    "decision makers": (
        'opportunityPersons.personRole = "Decision Maker"',
        "select person_ord from opportunity_person where person_role = 'Decision Maker'",
    ),
    "people on big deals": (
        "opportunities.opportunityAmount.amount > 1000000",
        f"{DECISION} where o.amount > 1000000",
    ),
    "deals in a country": (
        'opportunityPersons.opportunity.account.accountBillingAddress.country = "CA"',
        f"{DECISION} join account a on a._ord = o.account_ord where a.country = 'CA'",
    ),
    "decision makers in an industry who came by": (
        """exists R from opportunityPersons where R.personRole = "Decision Maker"
             and R.opportunity.account.accountOrganization.industry = "Finance"
           and inSegment("visitors")""",
        f"""{DECISION} join account a on a._ord = o.account_ord
            where op.person_role = 'Decision Maker' and a.industry = 'Finance'
              and person_ord in (select _ord from seg_visitors)""",
    ),
    "department with an open deal": (
        f'"HR" in extendedWorkDetails.departments and accounts.opportunities[{OPEN_BIG}].count() > 0',
        """select p._ord from person p join account_person ap on ap.person_ord = p._ord
           join opportunity o on o.account_ord = ap.account_ord
           where array_contains(p.departments, 'HR') and not o.is_closed and o.amount >= 1000000""",
    ),
    "senior visitors of large accounts": (
        """extendedWorkDetails.jobTitle.startsWith("VP")
           and accounts.accountOrganization.annualRevenue.amount >= 100000000
           and xEvent[web.webPageDetails.name = "Pricing" and timestamp occurs last month].count() >= 3""",
        """select p._ord from person p where p.job_title like 'VP%'
             and exists (select 1 from account_person ap join account a on a._ord = ap.account_ord
                         where ap.person_ord = p._ord and a.revenue >= 1e8)
             and (select count(*) from activity e where e.person_ord = p._ord and e.page_name = 'Pricing'
                    and date_trunc('month', e.occurred_at) = date '2026-02-01') >= 3""",
    ),
    "win back": (
        """opportunityPersons[personRole = "Decision Maker" and opportunity.isClosed = true
                              and opportunity.isWon = false].count() > 0
           and xEvent[web.webPageDetails.name = "Pricing" and timestamp occurs <= 3 days before now].count() > 0""",
        f"""{DECISION} where op.person_role = 'Decision Maker' and o.is_closed and not o.is_won
              and person_ord in ({VISITED} '2026-03-15 12:30' and '2026-03-18 12:30')""",
    ),
    "department, related accounts": (
        f"""extendedWorkDetails.departments.includes("Finance")
           and (accounts.opportunities[{OPEN_BIG}].count() > 0
                or accounts.relatedAccounts.opportunities[{OPEN_BIG}].count() > 0)""",
        """with reach as (
               select person_ord, account_ord from account_person
               union
               select ap.person_ord, r.other_ord
               from account_person ap join related_account r on r.account_ord = ap.account_ord
           )
           select p._ord from person p join reach on reach.person_ord = p._ord
           join opportunity o on o.account_ord = reach.account_ord
           where array_contains(p.departments, 'Finance') and not o.is_closed and o.amount >= 1000000""",
    ),
    "scored leads": ("b2b.personScore > 80", "select _ord from person where person_score > 80"),
    "children of large parents": (
        "accounts.parent.accountOrganization.annualRevenue.amount > 100000000",
        """select ap.person_ord from account_person ap join account a on a._ord = ap.account_ord
           join account parent on parent._ord = a.parent_ord where parent.revenue > 1e8""",
    ),
    "role at an account": (
        'accountPersons[personRole = "Manager" and account.accountName = "Acme" and isActive].count() > 0',
        """select ap.person_ord from account_person ap join account a on a._ord = ap.account_ord
           where ap.person_role = 'Manager' and a.account_name = 'Acme' and ap.is_active""",
    ),
    "over-budget campaigns": (
        "campaignMembers.campaign[actualCost.amount > budgetedCost.amount].count() > 0",
        """select m.person_ord from campaign_member m join campaign c using (campaign_id)
           where c.actual_cost > c.budgeted_cost""",
    ),
    "list members": (
        """exists M from listMembers where M.marketingList.marketingListName = "Anniversary users"
             and M.isDeleted = false""",
        """select m.person_ord from marketing_list_member m join marketing_list l using (marketing_list_id)
           where l.list_name = 'Anniversary users' and not m.is_deleted""",
    ),
}


@pytest.mark.parametrize("name", USE_CASES)
def test_a_published_use_case_finds_whom_plain_sql_finds(rows: duckdb.DuckDBPyConnection, name: str) -> None:
    rule, sql = USE_CASES[name]
    expected = {row[0] for row in rows.execute(sql).fetchall()}
    assert expected, "a case that nobody meets would prove nothing"
    assert who(rows, rule, segment_table=lambda segment: f"seg_{segment}") == sorted(expected)


ACCOUNT_CASES = {
    "by country, industry and revenue": (
        """accountBillingAddress.country = "CA" and accountOrganization.industry = "Finance"
           and accountOrganization.annualRevenue.amount > 1000000""",
        "select _ord from account where country = 'CA' and industry = 'Finance' and revenue > 1000000",
    ),
    "nobody in a role": (
        'not people.exists(extendedWorkDetails.jobTitle.startsWith("VP"))',
        """select _ord from account where _ord not in (
               select ap.account_ord from account_person ap join person p on p._ord = ap.person_ord
               where p.job_title like 'VP%' and ap.account_ord is not null)""",
    ),
    "bought one thing lately, and not the other": (
        """opportunities.exists(isWon = true and opportunityName.contains("renewal")
             and actualCloseDate occurs between 9 months before now and 2 weeks before now)
           and not opportunities.exists(isWon = true and opportunityName.contains("pilot"))""",
        """select account_ord from opportunity o where is_won and opportunity_name like '%renewal%'
             and actual_close_date between '2025-06-18 12:30' and '2026-03-04 12:30'
             and not exists (select 1 from opportunity other where other.account_ord = o.account_ord
                             and other.is_won and other.opportunity_name like '%pilot%')""",
    ),
    "children of large parents": (
        "parent.accountOrganization.annualRevenue.amount > 100000000",
        """select a._ord from account a join account parent on parent._ord = a.parent_ord where parent.revenue > 1e8""",
    ),
    "lost something, nothing open, somebody still reads": (
        """opportunities.exists(isClosed = true and isWon = false) and not opportunities.exists(isClosed = false)
           and xEvent.exists(web.webPageDetails.name = "Pricing" and timestamp occurs <= 30 days before now)""",
        """select distinct o.account_ord from opportunity o
           join account_person ap on ap.account_ord = o.account_ord
           join activity e on e.person_ord = ap.person_ord and e.page_name = 'Pricing'
             and e.occurred_at between '2026-02-16 12:30' and '2026-03-18 12:30'
           where o.is_closed and not o.is_won
             and o.account_ord not in (select account_ord from opportunity
                                       where not is_closed and account_ord is not null)""",
    ),
    "open deals of more than half a million, all together": (
        "opportunities[isClosed = false].sum(opportunityAmount.amount) > 500000",
        """select account_ord from opportunity where not is_closed and account_ord is not null
             and coalesce(amount_currency, 'USD') = 'USD' group by account_ord having sum(amount) > 500000""",
    ),
}


@pytest.mark.parametrize("name", ACCOUNT_CASES)
def test_a_case_of_accounts_finds_what_plain_sql_finds(rows: duckdb.DuckDBPyConnection, name: str) -> None:
    rule, sql = ACCOUNT_CASES[name]
    expected = {row[0] for row in rows.execute(sql).fetchall()}
    assert expected, "a case that nobody meets would prove nothing"
    assert who(rows, rule, "accounts") == sorted(expected)


def test_a_visit_of_the_last_day_may_stream_and_the_win_back_beside_it_may_not() -> None:
    """The published pair: the same visit as a streaming audience, and asked together with deals in batches."""
    visit = 'xEvent.exists(web.webPageDetails.name = "Pricing" and timestamp occurs <= 24 hours before now)'
    alone = compile_rule(visit, "people", SCHEMA, NOW)
    assert alone.method == "streaming"
    together = compile_rule(f"{visit} and opportunities.exists(isWon = false)", "people", SCHEMA, NOW)
    assert (together.method, together.reason) == ("batch", "it walks to opportunity, opportunity_person")


BODEA_RULE = """accounts.opportunities[isWon = true].sum(opportunityAmount.amount) > 1000000
                and xEvent[web.webPageDetails.name = "New product" and timestamp occurs last month].count() > 0"""


@pytest.mark.parametrize("doubled", [False, True])
def test_bodea_only_the_person_at_both_accounts_passes_the_sum(doubled: bool) -> None:
    """One company under two account ids; p2 is at both, and the deals of both make more than a million."""
    visit = "web.webpagedetails.pageViews"
    links = [("a1", 1, 1, None, True), ("a2", 1, 2, None, True), ("a3", 2, 2, None, True), ("a4", 2, 3, None, True)]
    if doubled:  # a second way from p3 to the same account must not count the deal twice
        links.append(("a5", 2, 3, "Manager", True))
    data = {
        "person": [(n, f"p{n}", *[None] * 11) for n in (1, 2, 3)],
        "account": [(n, "Bodea", *[None] * 8) for n in (1, 2)],
        "account_person": links,
        "opportunity": [
            ("o1", "first", "Won", 1, 200e3, "USD", None, True, True, None, None),
            ("o2", "second", "Won", 2, 900e3, "USD", None, True, True, None, None),
        ],
        "activity": [(f"e{person}", person, visit, "2026-02-11 10:00", "New product", None) for person in (1, 2, 3)],
    }
    connection = database(data)
    assert who(connection, BODEA_RULE) == [2]
    assert who(connection, "accounts.opportunities.sum(opportunityAmount.amount) > 900000") == [2]
    assert who(connection, "accounts.opportunities.average(opportunityAmount.amount) = 550000") == [2]
    connection.execute("delete from activity where person_ord = 2")
    assert who(connection, BODEA_RULE) == []


def test_the_sample_has_rows_for_every_class() -> None:
    assert all(ROWS.values())
