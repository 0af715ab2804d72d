"""An account, whole: golden record, records, family, people, opportunities and memberships."""

from __future__ import annotations

from datetime import datetime

from muster.identity.profile.golden import golden_record
from muster.identity.profile.memberships import Stores
from muster.identity.profile.model import Profile, Section
from muster.identity.profile.past import past_and_open
from muster.identity.profile.reader import Reader

#: Rows shown of each relation, as in the account profiles of RTCDP (rtcdp/accounts/account-profile-ui-guide), though
#: ours are the newest and not picked at random.
SHOWN = 25

RECORD = (
    "account_component_id", "source_name", "account_name", "domain", "account_type", "billing_city", "billing_country",
    "parent_account_id", "created_at", "updated_at", "loaded_at",
)  # fmt: skip


def account(reader: Reader, stores: Stores, account_id: str, now: datetime) -> Profile:
    """The profile of an account that the snapshot has."""
    row, attributes = golden_record(reader, "account", account_id)
    records = _records(reader, account_id)
    return Profile(
        kind="account",
        id=account_id,
        ordinal=row["_ord"],
        name=row["account_name"] or row["domain"] or account_id,
        snapshot=reader.snapshot.version,
        attributes=attributes,
        sections={
            "records": records,
            "family": _family(reader, account_id),
            **_roll_up(reader, account_id),
            "related accounts": _related(reader, account_id),
            "people": _people(reader, account_id),
            "opportunities": _opportunities(reader, account_id),
            "audiences": Section.of(stores.audiences_of("account", row["_ord"], now)),
            "destinations": Section.of(stores.destinations_of(reader, account_id)),
            **past_and_open(reader, "account", account_id, records),
        },
    )


def _records(reader: Reader, account_id: str) -> Section:
    """The source records; their keys alone in a snapshot from before they had a mart."""
    if not reader.has("account_component"):
        keys = f"""
            select substr(node, length('b2b_account:') + 1) as account_component_id from {reader.register("account")}
            where id = $id and merged_into is null order by node
        """
        return Section(*reader.some(keys, 100, id=account_id))
    query = f"""
        select {reader.chosen("account_component", RECORD)} from {reader.table("account_component")}
        where account_id = $id order by updated_at desc nulls last, account_component_id
    """
    return Section(*reader.some(query, 100, id=account_id))


def _family(reader: Reader, account_id: str) -> Section:
    """Parents up to the ultimate one, and the children; a circle of parents ends where it began."""
    accounts = reader.table("account")
    query = f"""
        with recursive above as (
            select parent_account_id as account_id, 1 as level from {accounts} where account_id = $id
            union
            select accounts.parent_account_id, above.level + 1
            from above inner join {accounts} as accounts on above.account_id = accounts.account_id
            where above.level < 50 and accounts.parent_account_id <> $id
        ),
        parents as (select account_id, min(level) as level from above where account_id is not null group by account_id)
        select
            case
                when parents.level = max(parents.level) over () then 'ultimate parent'
                when parents.level = 1 then 'parent'
                else 'ancestor'
            end as relation,
            accounts.account_id, account_name as account, domain, billing_country as country, parents.level
        from parents inner join {accounts} as accounts on parents.account_id = accounts.account_id
        union all
        select 'child', account_id, account_name, domain, billing_country, -1
        from {accounts} where parent_account_id = $id
        order by level desc, account
    """
    rows, total = reader.some(query, SHOWN, id=account_id)
    parents = [row for row in rows if row["level"] > 0]
    if len(parents) == 1:
        parents[0]["relation"] = "parent"
    return Section([{name: value for name, value in row.items() if name != "level"} for row in rows], total)


def _roll_up(reader: Reader, account_id: str) -> dict[str, Section]:
    """The account and all below it, together."""
    if not reader.has("account_roll_up"):
        return {}
    query = (
        f"select * exclude (account_roll_up_id) from {reader.table('account_roll_up')} where account_roll_up_id = $id"
    )
    rows = reader.rows(query, id=account_id)
    shown = [{name: value for name, value in row.items() if not name.endswith("_ord")} for row in rows]
    return {"with all below": Section.of(shown)}


def _related(reader: Reader, account_id: str) -> Section:
    query = f"""
        select
            other.account_id, other.account_name as account, other.domain, other.billing_country as country,
            link.is_same_family, link.is_same_domain
        from {reader.table("related_account")} as link
        inner join {reader.table("account")} as other on link.other_account_id = other.account_id
        where link.account_id = $id
        order by account, other.account_id
    """
    return Section(*reader.some(query, SHOWN, id=account_id))


def _people(reader: Reader, account_id: str) -> Section:
    score = ", relation.matching_score" if "matching_score" in reader.columns("account_person") else ""
    query = f"""
        select
            person.person_id, coalesce(person.full_name, concat_ws(' ', person.first_name, person.last_name)) as person,
            person.work_email as email, person.job_title, relation.person_role as role, relation.is_primary,
            relation.is_active, relation.relationship_source, person.last_activity_at{score}
        from {reader.table("account_person")} as relation
        inner join {reader.table("person")} as person on relation.person_id = person.person_id
        where relation.account_id = $id
        order by greatest(person.last_activity_at, person.updated_at) desc nulls last, person.person_id
    """
    rows, total = reader.some(query, SHOWN, id=account_id)
    primary = f"select 1 from {reader.table('account_person')} where account_id = $id and is_primary"
    return Section(rows, total, f"{reader.count(primary, id=account_id):,} have it as their primary account")


def _opportunities(reader: Reader, account_id: str) -> Section:
    mine = f"from {reader.table('opportunity')} where account_id = $id"
    query = f"""
        select
            opportunity_id, opportunity_name as opportunity, opportunity_stage as stage, amount,
            amount_currency as currency, is_closed, is_won,
            coalesce(actual_close_date, expected_close_date) as close_date
        {mine}
        order by close_date desc nulls last, opportunity
    """
    sums = reader.rows(
        f"""
        select
            case when is_won then 'won' when is_closed then 'lost' else 'open' end as state,
            amount_currency as currency, count(*) as deals, sum(amount) as amount
        {mine} group by all order by state, currency
        """,
        id=account_id,
    )
    note = ", ".join(
        f"{row['deals']:,} {row['state']}"
        + (f" of {row['amount']:,.0f} {row['currency'] or ''}".rstrip() if row["amount"] else "")
        for row in sums
    )
    rows, total = reader.some(query, SHOWN, id=account_id)
    return Section(rows, total, note)
