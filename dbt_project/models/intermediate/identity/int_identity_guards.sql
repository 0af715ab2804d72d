with record_values as (
    select * from {{ ref('int_person_identity_values') }}
),

event_values as (
    select
        identities.*,
        sets.events
    from {{ ref('int_event_identity_values') }} as identities
    inner join {{ ref('int_event_identity_sets') }} as sets on identities.set_number = sets.set_number
),

mailbox_guards as (
    select * from {{ ref('int_mailbox_guards') }}
),

crowded as (
    select * from {{ ref('int_crowded_identities') }}
),

verdicts as (
    select node, namespace, value, 1 as rank, refused_because as reason
    from record_values
    where refused_because is not null

    union

    select node, namespace, value, 1 as rank, refused_because as reason
    from event_values
    where refused_because is not null

    union

    select 'Email:' || email as node, 'Email' as namespace, email as value, 2 as rank, reason
    from mailbox_guards

    union

    select node, namespace, value, 3 as rank, reason
    from crowded
),

guards as (
    select
        node,
        any_value(namespace) as namespace,
        any_value(value) as value,
        arg_min(reason, rank) as reason
    from verdicts
    group by node
),

record_counts as (
    select node, count(*) as records
    from record_values
    where node in (select node from guards)
    group by node
),

event_counts as (
    select node, sum(events)::bigint as events
    from event_values
    where node in (select node from guards)
    group by node
)

select
    guards.node,
    guards.namespace,
    guards.value,
    guards.reason,
    coalesce(record_counts.records, 0) as records,
    coalesce(event_counts.events, 0) as events
from guards
left join record_counts on guards.node = record_counts.node
left join event_counts on guards.node = event_counts.node
where record_counts.records > 0 or event_counts.events > 0
