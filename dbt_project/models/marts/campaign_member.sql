with members as (
    select * from {{ ref('int_campaign_member__unioned') }}
    where not is_deleted
),

campaign_keys as (
    select * from {{ ref('int_campaign_by_key') }}
),

person_keys as (
    select * from {{ ref('int_person_by_key') }}
),

resolved as (
    select
        members.*,
        campaign_keys.campaign_id,
        person_keys.person_id,
        coalesce(campaign_keys.campaign_id, members.campaign_source_key) as campaign_part,
        coalesce(person_keys.person_id, members.person_source_key) as person_part
    from members
    left join campaign_keys on members.campaign_source_key = campaign_keys.source_key
    left join person_keys on members.person_source_key = person_keys.source_key
),

ranked as (
    select
        resolved.*,
        {{ recency() }} as recency
    from resolved
)

-- lead and contact of one person, or both systems' copies, are one member
select
    ----------  ids
    {{ surrogate_key('cm', ['campaign_part', 'person_part']) }} as campaign_member_id,
    any_value(campaign_id) as campaign_id,
    any_value(person_id) as person_id,
    {{ latest('campaign_source_key') }} as campaign_key,
    {{ latest('person_source_key') }} as person_key,

    ----------  membership
    {{ latest('member_status') }} as member_status,
    {{ latest('member_status_reason') }} as member_status_reason,
    bool_or(has_responded) as has_responded,
    bool_or(has_reached_success) as has_reached_success,
    min(reached_success_date) as reached_success_date,
    min(membership_date) as membership_date,
    min(first_responded_date) as first_responded_date,
    {{ latest('is_exhausted') }} as is_exhausted,
    {{ latest('nurture_cadence') }} as nurture_cadence,
    {{ latest('nurture_track_name') }} as nurture_track_name
from ranked
group by campaign_part, person_part
