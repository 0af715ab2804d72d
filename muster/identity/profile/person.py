"""A person, whole: golden record, records, identities, relations, events and memberships."""

from __future__ import annotations

from datetime import datetime

from muster.identity.profile.golden import golden_record
from muster.identity.profile.memberships import Stores
from muster.identity.profile.model import Owner, Profile, Section
from muster.identity.profile.past import past_and_open
from muster.identity.profile.reader import Reader

#: Rows shown of each relation; the total is told beside them.
SHOWN = 25
LAST_EVENTS = 5

RECORD = (
    "person_component_id", "source_name", "object", "full_name", "first_name", "last_name", "work_email", "job_title",
    "company_name", "account_id", "person_type", "person_status", "created_at", "updated_at", "loaded_at",
)  # fmt: skip


def person(reader: Reader, stores: Stores, person_id: str, now: datetime) -> Profile:
    """The profile of a person whom the snapshot has."""
    row, attributes = golden_record(reader, "person", person_id)
    owner = Owner("person", person_id, row["_ord"])
    records = _records(reader, owner)
    name = row["full_name"] or " ".join(filter(None, (row["first_name"], row["last_name"]))) or row["work_email"]
    return Profile(
        kind="person",
        id=person_id,
        ordinal=row["_ord"],
        name=name or person_id,
        snapshot=reader.snapshot.version,
        attributes=attributes,
        sections={
            "records": records,
            "identities": _identities(reader, owner),
            "accounts": _accounts(reader, owner),
            "opportunities": _opportunities(reader, owner),
            "campaigns": _campaigns(reader, owner),
            "lists": _lists(reader, owner),
            "events": _events(reader, owner),
            "audiences": Section.of(stores.audiences_of("person", row["_ord"], now)),
            "destinations": Section.of(stores.destinations_of(reader, person_id)),
            **past_and_open(reader, "person", person_id, records),
        },
    )


def _records(reader: Reader, owner: Owner) -> Section:
    columns = reader.chosen("person_component", RECORD)
    order = "updated_at desc nulls last, " if "updated_at" in columns else ""
    query = f"""
        select {columns} from {reader.table("person_component")}
        where {reader.whose("person_component", owner)}
        order by {order}person_component_id
    """
    return Section(*reader.some(query, 100))


def _identities(reader: Reader, owner: Owner) -> Section:
    query = f"""
        select namespace, value, is_primary, source_key from {reader.table("person_identity")}
        where {reader.whose("person_identity", owner)}
        order by is_primary desc, namespace, value
    """
    return Section(*reader.some(query, 100))


def _accounts(reader: Reader, owner: Owner) -> Section:
    known = reader.columns("account_person")
    match = "".join(f", relation.{name}" for name in ("matching_score", "matching_evidence") if name in known)
    query = f"""
        select
            relation.account_id, coalesce(account.account_name, account.domain, relation.account_key) as account,
            relation.person_role as role, relation.person_roles as roles, relation.is_primary, relation.is_active,
            relation.is_direct, relation.relationship_source{match}
        from {reader.table("account_person")} as relation
        left join {reader.table("account")} as account on relation.account_id = account.account_id
        where {reader.whose("account_person", owner, "relation")}
        order by relation.is_primary desc, relation.is_active desc, account
    """
    return Section(*reader.some(query, SHOWN))


def _opportunities(reader: Reader, owner: Owner) -> Section:
    query = f"""
        select
            part.opportunity_id, opportunity.opportunity_name as opportunity, part.person_role as role,
            opportunity.opportunity_stage as stage, opportunity.amount, opportunity.amount_currency as currency,
            opportunity.is_closed, opportunity.is_won,
            coalesce(opportunity.actual_close_date, opportunity.expected_close_date) as close_date
        from {reader.table("opportunity_person")} as part
        inner join {reader.table("opportunity")} as opportunity on part.opportunity_id = opportunity.opportunity_id
        where {reader.whose("opportunity_person", owner, "part")}
        order by close_date desc nulls last, opportunity
    """
    return Section(*reader.some(query, SHOWN))


def _campaigns(reader: Reader, owner: Owner) -> Section:
    query = f"""
        select
            campaign.campaign_name as campaign, campaign.campaign_type as type, member.member_status as status,
            member.has_responded, coalesce(member.first_responded_date, member.membership_date) as joined_at
        from {reader.table("campaign_member")} as member
        inner join {reader.table("campaign")} as campaign on member.campaign_id = campaign.campaign_id
        where {reader.whose("campaign_member", owner, "member")}
        order by joined_at desc nulls last, campaign
    """
    return Section(*reader.some(query, SHOWN))


def _lists(reader: Reader, owner: Owner) -> Section:
    query = f"""
        select list.marketing_list_name as marketing_list, member.added_at
        from {reader.table("marketing_list_member")} as member
        inner join {reader.table("marketing_list")} as list on member.marketing_list_id = list.marketing_list_id
        where {reader.whose("marketing_list_member", owner, "member")}
        order by member.added_at desc nulls last, marketing_list
    """
    return Section(*reader.some(query, SHOWN))


def _events(reader: Reader, owner: Owner) -> Section:
    """The last few, and how many there are of each type."""
    query = f"""
        with events as materialized (
            select
                activity_id, occurred_at, event_type, source_name,
                coalesce(subject, page_name, mailing_name, form_name, page_url) as about
            from {reader.table("activity")} where {reader.whose("activity", owner)}
        ),
        types as (select event_type, count(*) as so_many from events group by event_type)
        select
            occurred_at, event_type, source_name, about,
            (select count(*) from events) as total,
            (select list(format('{{:,}} {{}}', so_many, event_type) order by so_many desc, event_type) from types)
                as types
        from events order by occurred_at desc, activity_id limit {LAST_EVENTS}
    """
    rows = reader.rows(query)
    told = [{name: value for name, value in row.items() if name not in ("total", "types")} for row in rows]
    return Section(told, rows[0]["total"], ", ".join(rows[0]["types"][:4])) if rows else Section.of([])
