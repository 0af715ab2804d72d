"""Leads to accounts, by the engine of `muster.identity.organisations`, and what of its answers is left to people."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from muster.config.matching import LeadMatching
from muster.identity.accounts.pairs import ACCOUNT_COLUMNS
from muster.identity.matching.columns import Column
from muster.identity.matching.meanings import Meaning
from muster.identity.organisations.domains import host, registrable
from muster.identity.organisations.match import match

LEAD_COLUMNS = (
    Column("email", "workEmail.address", Meaning.email),
    Column("company_name", "b2b.companyName", Meaning.company_name),
    Column("company_website", "b2b.companyWebsite", Meaning.website),
    Column("work_phone", "workPhone.number", Meaning.phone),
    Column("work_street", "workAddress.street1", Meaning.street),
    Column("work_city", "workAddress.city", Meaning.city),
    Column("work_state", "workAddress.state", Meaning.state),
    Column("work_postal_code", "workAddress.postalCode", Meaning.postal_code),
    Column("work_country", "workAddress.country", Meaning.country),
)

#: The score of a lead of whom nothing but a domain is known that one account alone has (our decision).
OWN_DOMAIN = 0.98

#: A lead is linked by its mail domain or website, or by the very name; not by a spelling of it and a place, for there
#: are many firms in a town (our decision).
_GROUND = r"(^|; )(domain \S+ \+|name (same|joined|order) )"

_ACCOUNTS = """
create table accounts as
select row_number() over (order by account_id, source_key, domain) - 1 as _row, *
from (from told union all by name select account_id, domain from mail_domains)
"""

# A domain that people of many accounts write from belongs to more than the one whose website it is.
_OWNERS = f"""
create table owners as
select
    domain,
    min(account_id) as account_id,
    count(distinct account_id) + (domain in (from shared_domains))::int as accounts
from (
    select account_id, {registrable("host")} as domain
    from (select account_id, {host("coalesce(domain, website)")} as host from accounts)
)
where domain is not null and domain not in (from organisation_mail_domain)
group by domain
"""

# Of leads that name no company: the domain says which account, where it has but one.
_NAMELESS = f"""
create table nameless as
select _row, any_value(owners.account_id) as account_id, max(owners.accounts) as accounts
from (
    select _row, {registrable("host")} as domain
    from (
        select _row, unnest([{host("email")}, {host("company_website")}]) as host
        from leads where nullif(trim(company_name), '') is null
    )
)
inner join owners using (domain)
group by _row
having count(distinct owners.account_id) = 1
"""

_JUDGED = f"""
select
    found.lead_row,
    accounts.account_id,
    case when is_own then greatest(score, {OWN_DOMAIN}) else score end as score,
    found.evidence || case when is_own then '; no other account has the domain' else '' end as evidence,
    coalesce(nameless.accounts, 1) as accounts
from found
inner join accounts on found.account_row = accounts._row
left join nameless on found.lead_row = nameless._row
cross join lateral (
    select coalesce(accounts.account_id = nameless.account_id and nameless.accounts = 1, false) as is_own
)
"""


def lead_accounts(
    leads: pa.Table, accounts: pa.Table, mail_domains: pa.Table, shared_domains: pa.Table, rules: LeadMatching
) -> pa.Table:
    """The account that each lead most likely belongs to: lead_row, account_id, score, decision, evidence.

    `leads` has `_row`, dense from 0, and the columns of `LEAD_COLUMNS` as text; `accounts` has account_id, source_key
    and those of `ACCOUNT_COLUMNS`, one row for each record of an account; `mail_domains`, account_id and domain, the
    domains that its people write from; `shared_domains`, domain, those that say nothing of an account. `decision` is
    `match` or `review`; leads without an account have no row. Empty where matching is off.
    """
    with duckdb.connect(":memory:") as connection:
        connection.register("told", accounts)
        connection.register("mail_domains", mail_domains)
        connection.register("shared_domains", shared_domains)
        connection.register("leads", leads if rules.on else leads.slice(0, 0))
        connection.execute(_ACCOUNTS)
        # whatever the best account scores: a domain may say more
        found = match(connection, "leads", "accounts", LEAD_COLUMNS, ACCOUNT_COLUMNS, 0, rules.accept, "account_id")
        connection.register("found", found)
        connection.execute(_OWNERS)
        connection.execute(_NAMELESS)
        return connection.sql(
            f"""
            select
                lead_row,
                account_id,
                score,
                case
                    when score >= $accept and regexp_matches(evidence, $ground) and accounts = 1 then 'match'
                    else 'review'
                end as decision,
                evidence
            from ({_JUDGED})
            where score >= $review
            order by lead_row
            """,
            params={"accept": rules.accept, "review": rules.review, "ground": _GROUND},
        ).to_arrow_table()
