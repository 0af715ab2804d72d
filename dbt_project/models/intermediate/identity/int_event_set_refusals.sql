with sets as (
    select * from {{ ref('int_event_identity_sets') }}
),

identities as (
    select * from {{ ref('int_event_identity_values') }}
    where refused_because is null
),

limits as (
    select * from {{ ref('int_identity_limits') }}
),

-- one event of two people is of neither
contradictions as (
    select
        set_number,
        namespace,
        'event with two values of ' || namespace as reason,
        true as is_set_aside
    from identities
    where is_unique
    group by set_number, namespace
    having count(*) > 1
),

crowds as (
    select
        identities.set_number,
        null::varchar as namespace,
        'event with more than ' || any_value(limits.identities_per_record) || ' identities' as reason,
        false as is_set_aside
    from identities
    cross join limits
    group by identities.set_number
    having count(*) > any_value(limits.identities_per_record)
),

refusals as (
    select * from contradictions
    union all
    select * from crowds
)

select
    refusals.set_number,
    refusals.namespace,
    refusals.reason,
    refusals.is_set_aside,
    sets.events
from refusals
inner join sets on refusals.set_number = sets.set_number
