"""Sixteen rules with places for constants, each with SQL that somebody would write by hand for the same question.

The SQL owes nothing to the compiler: it is written against the snapshot's tables, joined by their ordinals, one query
per template. Placeholders take their values by the number of the audience.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from bench.marts import NOW

NOW_SQL = f"timestamp '{NOW:%Y-%m-%d %H:%M:%S}'"


@dataclass(frozen=True)
class Template:
    """A rule and its SQL; `values` are the choices for each placeholder of both."""

    name: str
    of: Literal["people", "accounts"]
    rule: str
    sql: str
    values: dict[str, Sequence[object]] = field(default_factory=dict)

    def filled(self, text: str, number: int) -> str:
        """Values of different placeholders move on at different paces, so that combinations differ."""
        chosen, pace = {"now": NOW_SQL}, 1
        for name, choices in self.values.items():
            chosen[name] = str(choices[number // pace % len(choices)])
            pace *= len(choices)
        return text.format(**chosen)


INDUSTRIES = ("Finance", "Retail", "Media", "Energy", "Health", "Software", "Transport")
COUNTRIES = ("US", "DE", "GB", "CA", "FR", "NL", "IN", "BR", "JP")
ROLES = ("Decision Maker", "Champion", "Influencer", "User")
PAGES = tuple(f"Page {number}" for number in range(40))

TEMPLATES = (
    Template(
        "scored", "people",
        'workAddress.country = "{country}" and b2b.personScore > {score}',
        "select count(*) from person where work_country = '{country}' and person_score > {score}",
        {"country": COUNTRIES, "score": range(20, 100, 5)},
    ),
    Template(
        "titled", "people",
        '(extendedWorkDetails.jobTitle like "{title}%" or extendedWorkDetails.departments.intersects(["{department}"]))'
        ' and b2b.isBlocked = false and consents.marketing.email.val = "y"',
        "select count(*) from person where (job_title like '{title}%' or list_contains(departments, '{department}'))"
        " and not is_blocked and email_consent = 'y'",
        {
            "title": ("VP", "Director", "C", "Senior", "Manager", "Eng", "Buyer", "A"),
            "department": ("HR", "Legal", "Sales", "IT", "Finance", "Operations", "Press", "Research"),
        },
    ),
    Template(
        "visitors", "people",
        'exists V from xEvent where V.web.webPageDetails.name = "{page}"'
        " and V.timestamp occurs <= {days} days before now",
        "select count(*) from person as p where exists (select 1 from activity as e where e.person_id__ord = p._ord"
        " and e.page_name = '{page}' and e.occurred_at between {now} - interval '{days} days' and {now})",
        {"page": PAGES, "days": (30, 7, 90)},
    ),
    Template(
        "active", "people",
        'xEvent[eventType = "{kind}" and timestamp occurs <= {days} days before now].count() >= {times}',
        "select count(*) from (select person_id__ord from activity where event_type = '{kind}'"
        " and occurred_at between {now} - interval '{days} days' and {now} and person_id__ord is not null"
        " group by person_id__ord having count(*) >= {times})",
        {
            "kind": ("web.formFilledOut", "directMarketing.emailOpened", "directMarketing.emailClicked"),
            "days": (30, 60, 90, 14), "times": range(2, 9),
        },
    ),
    Template(
        "silent", "people",
        'consents.marketing.email.val = "y" and b2b.personScore >= {score}'
        " and not (exists V from xEvent where V.timestamp occurs <= {days} days before now)",
        "select count(*) from person as p where email_consent = 'y' and person_score >= {score}"
        " and not exists (select 1 from activity as e where e.person_id__ord = p._ord"
        " and e.occurred_at between {now} - interval '{days} days' and {now})",
        {"days": (30, 60, 90, 14), "score": range(0, 100, 5)},
    ),
    Template(
        "on-deals", "people",
        'exists R from opportunityPersons where R.personRole = "{role}"'
        " and R.opportunity.opportunityAmount.amount > {amount}",
        "select count(distinct r.person_id__ord) from opportunity_person as r"
        " join opportunity as o on o.opportunity_id = r.opportunity_id"
        " where r.person_role = '{role}' and o.amount > {amount}",
        {"role": ROLES, "amount": range(100000, 1700000, 50000)},
    ),
    Template(
        "on-deals-of", "people",
        'exists R from opportunityPersons where R.opportunity.account.accountBillingAddress.country = "{country}"'
        " and R.opportunity.isClosed = false and b2b.personScore >= {score}",
        "select count(*) from person as p where p.person_score >= {score} and exists (select 1"
        " from opportunity_person as r join opportunity as o on o.opportunity_id = r.opportunity_id"
        " join account as a on a._ord = o.account_id__ord"
        " where r.person_id__ord = p._ord and a.billing_country = '{country}' and not o.is_closed)",
        {"country": COUNTRIES, "score": range(0, 100, 10)},
    ),
    Template(
        "linked", "people",
        'exists L from accountPersons where L.personRole = "{role}" and L.isActive = true'
        ' and L.account.accountOrganization.industry = "{industry}"'
        ' and L.account.accountBillingAddress.country = "{country}"',
        "select count(distinct l.person_id__ord) from account_person as l"
        " join account as a on a._ord = l.account_id__ord"
        " where l.person_role = '{role}' and l.is_active and a.industry = '{industry}'"
        " and a.billing_country = '{country}'",
        {
            "industry": INDUSTRIES, "country": COUNTRIES,
            "role": ("Manager", "Decision Maker", "Influencer", "User", "Nobody"),
        },
    ),
    Template(
        "buyers", "people",
        "accounts.opportunities[isWon = true].sum(opportunityAmount.amount) > {amount}"
        ' and workAddress.country = "{country}"',
        "select count(*) from person as p where p.work_country = '{country}' and (select sum("
        "o.amount * if(o.amount_currency = 'EUR', 1.09, 1))"
        " from account_person as l join opportunity as o on o.account_id__ord = l.account_id__ord"
        " where l.person_id__ord = p._ord and o.is_won) > {amount}",
        {"amount": range(100000, 1100000, 100000), "country": COUNTRIES},
    ),
    Template(
        "members", "people",
        'exists M from campaignMembers where M.memberStatus = "{status}"'
        " and M.campaign.actualCost.amount > M.campaign.budgetedCost.amount + {over}",
        "select count(distinct m.person_id__ord) from campaign_member as m"
        " join campaign as c on c.campaign_id = m.campaign_id"
        " where m.member_status = '{status}' and c.actual_cost > c.budgeted_cost + {over}",
        {"status": ("Sent", "Opened", "Responded", "Attended"), "over": range(0, 80000, 4000)},
    ),
    Template(
        "listed", "people",
        'exists L from listMembers where L.marketingList.marketingListName = "List {list}" and L.isDeleted = false'
        ' and workAddress.country = "{country}"',
        "select count(distinct m.person_id__ord) from marketing_list_member as m"
        " join person as p on p._ord = m.person_id__ord"
        " join marketing_list as l on l.marketing_list_id = m.marketing_list_id"
        " where l.marketing_list_name = 'List {list}' and not m.is_deleted"
        " and p.work_country = '{country}'",
        {"list": range(50), "country": COUNTRIES},
    ),
    Template(
        "deciders-on-page", "people",
        'workAddress.country = "{country}" and (exists V from xEvent where V.web.webPageDetails.name = "{page}")'
        ' and (exists R from opportunityPersons where R.personRole = "Decision Maker")',
        "select count(*) from person as p where work_country = '{country}'"
        " and exists (select 1 from activity as e where e.person_id__ord = p._ord and e.page_name = '{page}')"
        " and exists (select 1 from opportunity_person as r where r.person_id__ord = p._ord"
        " and r.person_role = 'Decision Maker')",
        {"page": PAGES[:20], "country": COUNTRIES},
    ),
    Template(
        "visitors-among", "people",
        'inSegment("visitors-0") and b2b.personScore > {score}',
        "select count(*) from person as p where p.person_score > {score} and exists (select 1 from activity as e"
        " where e.person_id__ord = p._ord and e.page_name = 'Page 0'"
        " and e.occurred_at between {now} - interval '30 days' and {now})",
        {"score": range(100)},
    ),
    Template(
        "large", "accounts",
        'accountOrganization.industry = "{industry}" and accountOrganization.annualRevenue.amount > {revenue}',
        "select count(*) from account where industry = '{industry}' and annual_revenue > {revenue}",
        {"industry": INDUSTRIES, "revenue": range(5000000, 200000000, 15000000)},
    ),
    Template(
        "without", "accounts",
        'not (exists P from people where P.extendedWorkDetails.jobTitle in ["COO", "CMO"])'
        " and accountOrganization.numberOfEmployees > {employees}",
        "select count(*) from account as a where a.employees > {employees}"
        " and not exists (select 1 from account_person as l join person as p on p._ord = l.person_id__ord"
        " where l.account_id__ord = a._ord and p.job_title in ('COO', 'CMO'))",
        {"employees": range(100, 20000, 250)},
    ),
    Template(
        "won-back", "accounts",
        "(exists O from opportunities where O.isWon = true and O.actualCloseDate occurs <= {days} days before now)"
        " and (forall O from opportunities where O.isClosed = true)",
        "select count(*) from account as a where exists (select 1 from opportunity as o"
        " where o.account_id__ord = a._ord and o.is_won"
        " and o.actual_close_date between {now} - interval '{days} days' and {now})"
        " and not exists (select 1 from opportunity as o where o.account_id__ord = a._ord and not o.is_closed)",
        {"days": range(30, 700, 10)},
    ),
)  # fmt: skip
