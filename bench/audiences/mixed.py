"""Rules put together at random from parts, each part with the condition that somebody would write in SQL.

Of two to four parts some stand below `or`, some below `not`. Everything follows from the number of the audience.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from bench.audiences.templates import COUNTRIES, INDUSTRIES, NOW_SQL, PAGES, ROLES

VALUES: dict[str, Sequence[object]] = {
    "country": COUNTRIES,
    "industry": INDUSTRIES,
    "role": ROLES,
    "page": PAGES,
    "how": (">", ">=", "<", "<="),
    "score": range(5, 100),
    "days": (7, 14, 30, 45, 60, 90, 120),
    "times": range(1, 8),
    "kind": ("web.formFilledOut", "directMarketing.emailOpened", "web.webpagedetails.pageViews"),
    "title": ("VP", "Director", "C", "Senior", "Manager"),
    "department": ("HR", "Legal", "Sales", "IT", "Finance", "Operations"),
    "city": ("Berlin", "Boston", "Lyon", "Leeds"),
    "other": ("Osaka", "Pune", "Recife", "Utrecht"),
    "consent": ("y", "n"),
    "status": ("Sent", "Opened", "Responded", "Attended"),
    "list": range(50),
    "amount": range(50_000, 1_500_000, 10_000),
    "revenue": range(1_000_000, 200_000_000, 1_000_000),
    "employees": range(100, 20_000, 100),
}

Part = tuple[str, str]
_WON = "where l.person_id__ord = p._ord and o.is_won"
_AMOUNT = "o.amount * if(o.amount_currency = 'EUR', 1.09, 1)"
_WINDOW = "between {now} - interval '{days} days' and {now}"

#: PQL, and SQL about the row `p` of person.
PEOPLE: tuple[Part, ...] = (
    ('workAddress.country = "{country}"', "p.work_country = '{country}'"),
    ("b2b.personScore {how} {score}", "p.person_score {how} {score}"),
    ('extendedWorkDetails.jobTitle like "{title}%"', "p.job_title like '{title}%'"),
    ('extendedWorkDetails.departments.intersects(["{department}"])', "list_contains(p.departments, '{department}')"),
    ('consents.marketing.email.val = "{consent}"', "p.email_consent = '{consent}'"),
    ('workAddress.city in ["{city}", "{other}"]', "p.work_city in ('{city}', '{other}')"),
    (
        '(exists V from xEvent where V.web.webPageDetails.name = "{page}"'
        " and V.timestamp occurs <= {days} days before now)",
        "exists (select 1 from activity as e where e.person_id__ord = p._ord and e.page_name = '{page}'"
        f" and e.occurred_at {_WINDOW})",
    ),
    (
        '(xEvent[eventType = "{kind}" and timestamp occurs <= {days} days before now].count() >= {times})',
        "(select count(*) from activity as e where e.person_id__ord = p._ord and e.event_type = '{kind}'"
        f" and e.occurred_at {_WINDOW}) >= {{times}}",
    ),
    (
        '(exists R from opportunityPersons where R.personRole = "{role}"'
        " and R.opportunity.opportunityAmount.amount > {amount})",
        "exists (select 1 from opportunity_person as r join opportunity as o on o.opportunity_id = r.opportunity_id"
        " where r.person_id__ord = p._ord and r.person_role = '{role}' and o.amount > {amount})",
    ),
    (
        '(exists L from accountPersons where L.account.accountOrganization.industry = "{industry}")',
        "exists (select 1 from account_person as l join account as a on a._ord = l.account_id__ord"
        " where l.person_id__ord = p._ord and a.industry = '{industry}')",
    ),
    (
        '(exists M from campaignMembers where M.memberStatus = "{status}")',
        "exists (select 1 from campaign_member as m where m.person_id__ord = p._ord and m.member_status = '{status}')",
    ),
    (
        '(exists L from listMembers where L.marketingList.marketingListName = "List {list}")',
        "exists (select 1 from marketing_list_member as m join marketing_list as l"
        " on l.marketing_list_id = m.marketing_list_id"
        " where m.person_id__ord = p._ord and l.marketing_list_name = 'List {list}')",
    ),
    (
        "(accounts.opportunities[isWon = true].sum(opportunityAmount.amount) > {amount})",
        f"(select sum({_AMOUNT}) from account_person as l join opportunity as o"
        f" on o.account_id__ord = l.account_id__ord {_WON}) > {{amount}}",
    ),
)
#: PQL, and SQL about the row `p` of account.
ACCOUNTS: tuple[Part, ...] = (
    ('accountOrganization.industry = "{industry}"', "p.industry = '{industry}'"),
    ('accountBillingAddress.country = "{country}"', "p.billing_country = '{country}'"),
    ("accountOrganization.annualRevenue.amount {how} {revenue}", "p.annual_revenue {how} {revenue}"),
    ("accountOrganization.numberOfEmployees {how} {employees}", "p.employees {how} {employees}"),
    (
        '(exists P from people where P.extendedWorkDetails.jobTitle like "{title}%")',
        "exists (select 1 from account_person as l join person as q on q._ord = l.person_id__ord"
        " where l.account_id__ord = p._ord and q.job_title like '{title}%')",
    ),
    (
        "(exists O from opportunities where O.isWon = true and O.actualCloseDate occurs <= {days} days before now)",
        "exists (select 1 from opportunity as o where o.account_id__ord = p._ord and o.is_won"
        f" and o.actual_close_date {_WINDOW})",
    ),
    (
        "(opportunities[isClosed = false].max(opportunityAmount.amount) > {amount})",
        f"(select max({_AMOUNT}) from opportunity as o where o.account_id__ord = p._ord and not o.is_closed)"
        " > {amount}",
    ),
    (
        '(exists V from xEvent where V.web.webPageDetails.name = "{page}"'
        " and V.timestamp occurs <= {days} days before now)",
        "exists (select 1 from account_person as l join activity as e on e.person_id__ord = l.person_id__ord"
        f" where l.account_id__ord = p._ord and e.page_name = '{{page}}' and e.occurred_at {_WINDOW})",
    ),
)


@dataclass(frozen=True)
class Mixed:
    """A rule, and the condition for the same rows `p` of person or account in SQL."""

    of: Literal["people", "accounts"]
    rule: str
    where: str

    @property
    def table(self) -> str:
        return "person" if self.of == "people" else "account"


def mixed(number: int) -> Mixed:
    """One in five is about accounts."""
    chance = Random(number)  # noqa: S311 - the same rules every time
    of: Literal["people", "accounts"] = "accounts" if chance.random() < 0.2 else "people"
    parts = chance.sample(PEOPLE if of == "people" else ACCOUNTS, chance.randint(2, 4))
    rule, where = _filled(parts[0], chance)
    for part in parts[1:]:
        more, condition = _filled(part, chance)
        kind = chance.random()
        if kind < 0.6:
            rule, where = f"{rule} and {more}", f"{where} and {condition}"
        elif kind < 0.8:
            rule, where = f"({rule} or {more})", f"({where} or {condition})"
        else:
            rule, where = f"{rule} and not ({more})", f"{where} and ({condition}) is not true"
    return Mixed(of, rule, where)


def _filled(part: Part, chance: Random) -> Part:
    """Both sides with the same values."""
    values = {name: chance.choice(choices) for name, choices in VALUES.items()}
    rule, where = (side.format(now=NOW_SQL, **values) for side in part)
    return rule, where
