with recursive events as (
    select * from {{ ref('stg_muster__membership_events') }}
),

{{ living_ids() }},

resolved as (
    select
        events.*,
        coalesce(living.living_id, events.entity_id) as living_id
    from events
    left join living on events.entity = living.entity and events.entity_id = living.gone_id
)

select
    {{ surrogate_key('ae', ['audience', 'version', 'entity_id', 'event']) }} as audience_membership_event_id,
    audience,
    case when entity = 'person' then living_id end as person_id,
    case when entity = 'account' then living_id end as account_id,
    entity_id as original_id,
    event,
    other_id,
    happened_at,
    version,
    snapshot,
    cause
from resolved
