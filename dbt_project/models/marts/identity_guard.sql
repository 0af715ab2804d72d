with guards as (
    select * from {{ ref('int_identity_guards') }}
),

refused_events as (
    select
        namespace,
        reason,
        sum(events)::bigint as events
    from {{ ref('int_event_set_refusals') }}
    group by namespace, reason
),

limits as (
    select * from {{ ref('int_identity_limits') }}
),

long_records as (
    select identities.source_key
    from {{ ref('int_person_identities') }} as identities
    cross join limits
    group by identities.source_key
    having count(*) > any_value(limits.identities_per_record)
),

told as (
    select
        namespace,
        left(value, 80) as value,
        reason,
        records,
        events,
        node
    from guards

    union all

    select
        namespace,
        null as value,
        reason,
        0 as records,
        events,
        null as node
    from refused_events

    union all

    select
        null as namespace,
        null as value,
        'record with more than ' || any_value(limits.identities_per_record) || ' identities' as reason,
        count(*) as records,
        0 as events,
        null as node
    from long_records
    cross join limits
    having count(*) > 0
)

select
    {{ surrogate_key('ig', ['node', 'namespace', 'reason']) }} as identity_guard_id,
    namespace,
    value,
    reason,
    records::bigint as records,
    events::bigint as events
from told
