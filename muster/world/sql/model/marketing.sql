-- Two Marketo instances: one synced with the CRM, one that goes its own way in Europe.

create table marketo_lead as
with known as (
    select
        'marketo-na' as instance,
        person.*,
        100001 + person.person * 2 as lead_id,
        20001 as company_offset,
        later(person.known_at, 0.02) as created_at,
        -- the CRM tells of a contact's new job; nobody tells of a lead's
        case when person.kind in ('contact', 'both', 'converted') then person.moved_at end as changed_at,
        person.unsubscribed_at as left_at,
        case when person.deleted_where <> 'crm' then person.deleted_at end as gone_at
    from person
    where case when person.kind = 'outside' then chance('in na', person.person) < 0.8
        else chance('in na', person.person) < 0.72 end
    union all
    select
        'marketo-emea', person.*, 5003 + person.person * 3, 90001,
        later(person.known_at, 15 * chance('later in emea', person.person)),
        null,
        person.unsubscribed_emea_at,
        case when person.deleted_where = 'everywhere' then person.deleted_at end
    from person
    where case
        when person.kind = 'outside' and chance('in na', person.person) >= 0.8 then true
        when person.region = 'EMEA' then chance('in emea', person.person) < 0.55
        else chance('in emea', person.person) < 0.06 end
),

dated as (
    select
        known.*,
        below(96, 'score ' || instance, person) as first_score,
        5 + below(25, 'score change', person) as score_change,
        past(later(getvariable('until'), -getvariable('days') + 500 * chance('scored ' || instance, person)))
            as scored_moment
    from known
    where created_at < getvariable('now') and (gone_at is null or gone_at > created_at)
)

select
    dated.* exclude (changed_at, left_at, gone_at, scored_moment),
    case when changed_at is not null then address.company else address.first_company end as company,
    changed_at,
    case when left_at > created_at then left_at end as left_at,
    gone_at,
    case when scored_moment > created_at then scored_moment end as scored_at,
    least(100, first_score + case when scored_moment > created_at then score_change else 0 end) as score,
    case
        when instance = 'marketo-na' then case when chance('nickname', person) < 0.12 then nickname else given end
        when chance('emea nickname', person) < 0.15 then nickname
        else plain_given
    end as first_name,
    case when instance = 'marketo-na' then family else coalesce(married_family, plain_family) end as last_name,
    case
        when instance = 'marketo-emea' then address.emea_email
        when kind = 'outside' then address.typed_email
        when kind = 'lead' and moved_at is not null and dated.mailbox = 'own' and not dated.is_second_of_pair
            then job.email
        when chance('capitals', person) < 0.03 then upper(address.crm_email)
        else address.crm_email
    end as email,
    case when changed_at is not null then address.title else job.title end as title,
    case when changed_at is not null then address.other_department else job.other_department end as department,
    case
        when instance = 'marketo-na' and (kind in ('contact', 'both') or (kind = 'converted'
            and converts_at < getvariable('now'))) then 'Contact'
        when instance = 'marketo-na' and kind in ('lead', 'converted') then 'Lead'
    end as crm_type,
    coalesce(gone_at, greatest(
        created_at, changed_at, known_device.known_from, case when left_at > created_at then left_at end,
        case when scored_moment > created_at then scored_moment end,
        case when instance = 'marketo-na' and kind = 'converted' then past(converts_at) end)) as updated_at
from dated
inner join address using (person)
inner join job on job.person = dated.person and job.job = 1
left join known_device using (person);

create table marketo_company as
select
    instance,
    company,
    case instance when 'marketo-na' then 20001 else 90001 end + company as company_id,
    case
        when company = 0 then case instance when 'marketo-na' then 'ACME Corporation' else 'Acme Corp.' end
        when chance('spelling ' || instance, company) < 0.3 then upper(company_name)
        when chance('spelling ' || instance, company) < 0.6 then company_name || ' ' || legal
        when chance('spelling ' || instance, company) < 0.7 then replace(company_name, ' ', '  ')
        else company_name
    end as spelling,
    min(seen_at) as created_at
from (
    select instance, first_company as company, created_at as seen_at from marketo_lead
    union all
    select instance, company, changed_at from marketo_lead where changed_at is not null
)
inner join company using (company)
group by all;

-- one table for the CRM's campaigns and the programs mirrored from them; EMEA runs its own editions
create table campaign as
select
    number::bigint as campaign,
    name, type, channel,
    parent::bigint as parent, sent, responded, success = '1' as is_success,
    parent is null as is_umbrella,
    later(getvariable('until'), -1.6 * getvariable('days') + case when parent is null then -20 else
        (number::bigint - 4) * 1.7 * getvariable('days') / 20.0 end)::date as starts_on,
    starts_on + case when parent is null then 365 else 21 + below(25, 'campaign length', number::bigint) end::int
        as ends_on,
    round(exp(ln(30e3) + 0.7 * normal('budget', number::bigint)), -2)::bigint as budget,
    round(budget * case when chance('overspent', number::bigint) < 0.35 or number = '4'
        then 1.05 + 0.3 * chance('overspend', number::bigint) else 0.7 + 0.28 * chance('overspend', number::bigint) end
        , -1)::bigint as final_cost,
    0.03 + 0.07 * chance('campaign size', number::bigint) as reach
from campaign_word;

create table membership as
with grid as (
    select
        campaign.*,
        person.person, person.kind, person.known_at, person.converts_at,
        person.person * 32 + campaign.campaign as membership,
        later(campaign.starts_on, (campaign.ends_on - campaign.starts_on)
            * chance('joins', person.person * 32 + campaign.campaign)) as joined_at,
        case when chance('responds', person.person * 32 + campaign.campaign) < 0.35 then 0.1
            + 12 * chance('responds after', person.person * 32 + campaign.campaign) end as responds_after
    from campaign
    cross join person
    where not campaign.is_umbrella
        and chance('member', person.person * 32 + campaign.campaign) < campaign.reach
)

select
    membership, campaign, person, kind, joined_at,
    past(later(joined_at, responds_after)) as responded_at,
    converts_at,
    case when past(later(joined_at, responds_after)) is null then sent else responded end as status,
    is_success and past(later(joined_at, responds_after)) is not null as is_success,
    past(later(joined_at, responds_after)) is not null as has_responded,
    greatest(joined_at, past(later(joined_at, responds_after))) as updated_at
from grid
where joined_at > known_at and joined_at < getvariable('now');

create table program_member as
select
    lead.instance, lead.lead_id, lead.person, membership.* exclude (person, kind),
    lead.gone_at,
    case lead.instance when 'marketo-na' then 1000 else 3000 end + membership.campaign as program_id
from membership
inner join marketo_lead as lead
    on lead.person = membership.person and lead.created_at < membership.joined_at
    and (lead.gone_at is null or lead.gone_at > membership.updated_at)
    -- EMEA mirrors only every second campaign
    and (lead.instance = 'marketo-na' or membership.campaign % 2 = 0);

create table list_member as
with grid as (
    select
        list.instance,
        list.number::bigint as number,
        lead.lead_id, lead.person, lead.created_at, lead.gone_at,
        lead.lead_id * 8 + list.number::bigint as membership,
        later(getvariable('until'), -getvariable('days') + 1.6 * getvariable('days')
            * chance('added ' || list.instance, lead.lead_id * 8 + list.number::bigint)) as list_moment,
        greatest(list_moment, later(lead.created_at, 0.01)) as added_at
    from list_word as list
    inner join marketo_lead as lead
        on lead.instance = list.instance
        and chance('listed ' || list.instance, lead.lead_id * 8 + list.number::bigint) < list.share::double
)

select
    instance, number, lead_id, person, membership, added_at, gone_at,
    case instance when 'marketo-na' then 1000 else 5000 end + number as list_id,
    case when chance('removed', membership) < 0.12
        then past(later(added_at, 5 + 60 * chance('removed after', membership))) end as removed_at
from grid
where added_at < getvariable('now') and (gone_at is null or gone_at > added_at);
