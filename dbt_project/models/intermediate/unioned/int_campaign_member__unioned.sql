with

salesforce_members as (
    select * from {{ ref("stg_salesforce__campaign_members") }}
),

marketo_members as (
    select * from {{ ref("stg_marketo__program_members") }}
),

campaign_members as (
    select * from {{ ref("stg_table__campaign_members") }}
),

aliases as (
    select * from {{ ref("int_aliases") }}
),

unioned as (
    select * from salesforce_members
    union all by name
    select * from marketo_members
    union all by name
    select * from campaign_members
)

select
    unioned.source_key,
    unioned.source_type,
    unioned.source_name,
    unioned.record_id,
    unioned.external_key,
    unioned.is_deleted,
    coalesce(campaign_alias.source_key, unioned.campaign_source_key) as campaign_source_key,
    coalesce(person_alias.source_key, unioned.person_source_key) as person_source_key,
    unioned.member_status,
    unioned.member_status_reason,
    unioned.has_responded,
    unioned.has_reached_success,
    unioned.reached_success_date,
    unioned.membership_date,
    unioned.first_responded_date,
    unioned.is_exhausted,
    unioned.nurture_cadence,
    unioned.nurture_track_name,
    unioned.created_at,
    unioned.updated_at,
    unioned.loaded_at
from unioned
left join aliases as campaign_alias
    on
        campaign_alias.object = 'campaign'
        and lower(unioned.campaign_source_key) = campaign_alias.alias_key
left join aliases as person_alias
    on
        person_alias.object = 'person'
        and lower(unioned.person_source_key) = person_alias.alias_key
