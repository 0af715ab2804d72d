with recursive memberships as (
    select * from {{ ref('stg_muster__memberships') }}
),

{{ living_ids() }},

resolved as (
    select
        memberships.*,
        coalesce(living.living_id, memberships.entity_id) as living_id,
        memberships.status = 'realized' as is_in
    from memberships
    left join living on memberships.entity = living.entity and memberships.entity_id = living.gone_id
),

-- ids merged since the evaluation are one here already, in where one of them is
merged as (
    select
        audience,
        entity,
        living_id,
        bool_or(is_in) as is_in,
        coalesce(min(entered_at) filter (where is_in), max(entered_at)) as entered_at,
        case when not bool_or(is_in) then max(exited_at) end as exited_at,
        arg_max(version, (is_in, version)) as version,
        arg_max(cause, (is_in, version)) as cause,
        arg_max(payload, (is_in, version)) as payload
    from resolved
    group by audience, entity, living_id
)

select
    {{ surrogate_key('am', ['audience', 'living_id']) }} as audience_membership_id,
    audience,
    case when entity = 'person' then living_id end as person_id,
    case when entity = 'account' then living_id end as account_id,
    case when is_in then 'realized' else 'exited' end as status,
    entered_at,
    exited_at,
    version,
    cause,
    payload
from merged
where is_in or exited_at >= cast(current_timestamp as timestamp) - interval 30 day
