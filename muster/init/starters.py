"""Three to six audiences to begin with, each chosen because the data fills every field its rule asks for.

Numbers in the rules are the data's own: a quantile, the most frequent value, the last thirty days there are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from muster.init.facts import Facts
from muster.init.proposals import Proposal

#: At most so many are written.
ENOUGH = 6
_RANKS = ("most frequent", "second most frequent", "third most frequent")
_OPEN = "not (O.isClosed = true)"


@dataclass(frozen=True)
class Starter:
    """An audience as it is written: `fields` maps output name to XDM path."""

    name: str
    of: str
    description: str
    rule: str
    fields: dict[str, str] = field(default_factory=dict)


def starters(proposals: Sequence[Proposal]) -> list[Starter]:
    """The starter audiences for what the exports hold, the most telling first."""
    facts = Facts(proposals)
    makers: list[Callable[[Facts], Iterator[Starter]]] = [
        _role_on_open_opportunity,
        _large_open_opportunities,
        _people_at_large_open_opportunities,
        _industry,
        _title,
        _recent_visitors,
        _regular_visitors,
        _one_event_without_the_other,
        _responders,
        _reachable,
        _named_accounts,
        _any_open_opportunity,
        _several_people,
        _city,
        *(partial(make, rank=rank) for rank in (1, 2) for make in (_industry, _title, _city)),
        _all_accounts,
    ]
    made = [starter for make in makers for starter in make(facts)]
    return made[:ENOUGH]


def _slug(prefix: str, value: str) -> str:
    """A name for an audience from a value of the data."""
    return f"{prefix}-{re.sub(r'[^a-z0-9]+', '-', value.lower()).strip('-')[:50]}".strip("-")


def _mapped(facts: Facts, class_name: str, wanted: dict[str, str]) -> dict[str, str]:
    return {output: path for output, path in wanted.items() if facts.has(class_name, path)}


def _person_fields(facts: Facts) -> dict[str, str]:
    wanted = {
        "email": "workEmail.address",
        "first_name": "person.name.firstName",
        "last_name": "person.name.lastName",
        "title": "extendedWorkDetails.jobTitle",
        "company": "b2b.companyName",
    }
    return _mapped(facts, "person", wanted) or {"person": "b2b.personKey.sourceKey"}


def _account_fields(facts: Facts) -> dict[str, str]:
    wanted = {
        "account": "accountName",
        "website": "accountOrganization.website",
        "domain": "accountOrganization.domain",
        "industry": "accountOrganization.industry",
        "employees": "accountOrganization.numberOfEmployees",
    }
    return _mapped(facts, "account", wanted) or {"account": "accountKey.sourceKey"}


def _role_on_open_opportunity(facts: Facts) -> Iterator[Starter]:
    roles = facts.frequent("opportunity_person", "personRole")
    if roles:
        role = next((role for role in roles if "decision" in role.lower()), roles[0])
        rule = (
            f'exists R from opportunityPersons, O from R.opportunity\n  where R.personRole = "{role}"\n    and {_OPEN}'
        )
        told = f"People with the role {role} on an open opportunity"
        yield Starter("open-opportunity-roles", "people", told, rule, _person_fields(facts))


def _threshold(facts: Facts) -> int | None:
    """The data's own 75th percentile of amounts, to two digits."""
    found = facts.fullest("opportunity", "opportunityAmount.amount")
    value = found[0].quantile(found[1], 0.75) if found else None
    return int(float(f"{value:.2g}")) if value and value > 0 else None


def _large_open_opportunities(facts: Facts) -> Iterator[Starter]:
    least = _threshold(facts)
    if least and facts.has("opportunity", "accountKey.sourceKey") and facts.any("account"):
        rule = f"exists O from opportunities\n  where {_OPEN}\n    and O.opportunityAmount.amount > {least}"
        told = f"Accounts with an open opportunity above {least:,}, which a quarter of all opportunities are"
        yield Starter("large-open-opportunities", "accounts", told, rule, _account_fields(facts))


def _people_at_large_open_opportunities(facts: Facts) -> Iterator[Starter]:
    least = _threshold(facts)
    linked = facts.has("opportunity", "accountKey.sourceKey") and facts.has("person", "b2b.accountKey.sourceKey")
    if least and linked and facts.any("account"):
        rule = (
            "exists A from accounts, O from A.opportunities\n"
            f"  where {_OPEN}\n    and O.opportunityAmount.amount > {least}"
        )
        told = f"People of accounts with an open opportunity above {least:,}"
        yield Starter("people-at-large-open-opportunities", "people", told, rule, _person_fields(facts))


def _industry(facts: Facts, rank: int = 0) -> Iterator[Starter]:
    path = "accountOrganization.industry"
    for value in facts.frequent("account", path)[rank : rank + 1]:
        told = f"Accounts of the {_RANKS[rank]} industry, {value}"
        yield Starter(_slug("industry", value), "accounts", told, f'{path} = "{value}"', _account_fields(facts))


def _title(facts: Facts, rank: int = 0) -> Iterator[Starter]:
    path = "extendedWorkDetails.jobTitle"
    for value in facts.frequent("person", path)[rank : rank + 1]:
        told = f"People with the {_RANKS[rank]} job title, {value}"
        yield Starter(_slug("title", value), "people", told, f'{path} = "{value}"', _person_fields(facts))


def _city(facts: Facts, rank: int = 0) -> Iterator[Starter]:
    path = "workAddress.city"
    for value in facts.frequent("person", path)[rank : rank + 1]:
        told = f"People in the {_RANKS[rank]} city, {value}"
        yield Starter(_slug("city", value), "people", told, f'{path} = "{value}"', _person_fields(facts))


def _recent_visitors(facts: Facts) -> Iterator[Starter]:
    kinds, times = facts.frequent("activity", "eventType"), facts.fullest("activity", "timestamp")
    newest = times[0].newest(times[1]) if times else None
    if kinds and newest:
        since = (newest - timedelta(days=30)).date()
        day = f"date({since.year}, {since.month}, {since.day})"
        rule = f'exists E from xEvent\n  where E.eventType = "{kinds[0]}"\n    and E.timestamp occurs after {day}'
        told = f"People with the most frequent event, {kinds[0]}, in the last thirty days that the data has"
        yield Starter("recent-visitors", "people", told, rule, _person_fields(facts))


def _regular_visitors(facts: Facts) -> Iterator[Starter]:
    visitors = facts.fullest("activity", "identityMap.userId") or facts.fullest("activity", "identityMap.Email")
    least = visitors[0].group_quantile(visitors[1], 0.75) if visitors else None
    if least and least > 1:
        told = f"People with {least} events or more, which a quarter of all have"
        yield Starter("regular-visitors", "people", told, f"xEvent.count() >= {least}", _person_fields(facts))


def _one_event_without_the_other(facts: Facts) -> Iterator[Starter]:
    kinds = facts.frequent("activity", "eventType")
    if len(kinds) > 1:
        often, less = kinds[:2]
        rule = (
            f'(exists E from xEvent where E.eventType = "{often}")\n'
            f'and not (exists E from xEvent where E.eventType = "{less}")'
        )
        told = f"People with the event {often} who never came to {less}"
        yield Starter(_slug("without", less), "people", told, rule, _person_fields(facts))


def _responders(facts: Facts) -> Iterator[Starter]:
    if {"true", "yes", "1"} & {value.lower() for value in facts.frequent("campaign_member", "hasResponded")}:
        rule = "exists M from campaignMembers where M.hasResponded = true"
        yield Starter("campaign-responders", "people", "People who answered a campaign", rule, _person_fields(facts))


def _reachable(facts: Facts) -> Iterator[Starter]:
    if facts.has("person", "workEmail.address"):
        rule = 'workEmail.address.isNotNull()\nand not (consents.marketing.email.val = "n")'
        told = "People with an e-mail address who did not object to mail"
        yield Starter("reachable-by-mail", "people", told, rule, _person_fields(facts))


def _named_accounts(facts: Facts) -> Iterator[Starter]:
    paths = ("accountOrganization.website", "accountOrganization.domain")
    for path in [path for path in paths if facts.has("account", path)][:1]:
        rule = f"{path}.isNotNull()"
        yield Starter("accounts-with-website", "accounts", "Accounts with a website", rule, _account_fields(facts))


def _any_open_opportunity(facts: Facts) -> Iterator[Starter]:
    if facts.has("opportunity", "accountKey.sourceKey") and facts.any("account") and not _threshold(facts):
        rule = f"exists O from opportunities where {_OPEN}"
        told = "Accounts with an open opportunity"
        yield Starter("open-opportunities", "accounts", told, rule, _account_fields(facts))


def _several_people(facts: Facts) -> Iterator[Starter]:
    found = facts.fullest("person", "b2b.accountKey.sourceKey")
    if found and found[0].distinctness(found[1]) < 1 and facts.any("account"):
        told = "Accounts with more than one known person"
        yield Starter("several-people", "accounts", told, "people.count() > 1", _account_fields(facts))


def _all_accounts(facts: Facts) -> Iterator[Starter]:
    if facts.has("account", "accountName"):
        rule = "accountName.isNotNull()"
        yield Starter("all-accounts", "accounts", "Accounts that have a name", rule, _account_fields(facts))
