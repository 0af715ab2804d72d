with identities as (
    select * from {{ ref('int_person_identities') }}
),

event_identities as (
    select * from {{ ref('int_event_identities') }}
),

guards as (
    select node from {{ ref('int_identity_guards') }}
),

-- a live record and an identity seen in an event are evidence of a person; a key that others mention is not
mentions as (
    select
        node,
        namespace,
        value,
        type,
        is_device,
        is_unique,
        priority,
        kind not in ('external key', 'conversion', 'merge') as is_evidence,
        kind = 'record key' as is_record,
        source_key,
        case when kind = 'record key' then created_at end as born_at,
        updated_at as last_seen_at,
        loaded_at
    from identities

    union all

    -- the record that was merged away, named by nothing but its own merge
    select
        'b2b_person:' || source_key as node,
        'b2b_person' as namespace,
        source_key as value,
        type,
        is_device,
        is_unique,
        priority,
        false as is_evidence,
        false as is_record,
        null as source_key,
        null as born_at,
        null as last_seen_at,
        loaded_at
    from identities
    where kind = 'merge'

    union all

    select
        node,
        namespace,
        value,
        type,
        is_device,
        is_unique,
        priority,
        namespace <> 'b2b_person' as is_evidence,
        false as is_record,
        null as source_key,
        case when not is_device then first_seen_at end as born_at,
        last_seen_at,
        loaded_at
    from event_identities
),

nodes as (
    select
        node,
        any_value(namespace) as namespace,
        any_value(value) as value,
        any_value(type) as type,
        any_value(is_device) as is_device,
        any_value(is_unique) as is_unique,
        any_value(priority) as priority,
        bool_or(is_evidence) as is_evidence,
        bool_or(is_record) as is_record,
        arg_max(source_key, coalesce(last_seen_at, loaded_at)) as source_key,
        min(born_at) as born_at,
        max(last_seen_at) as last_seen_at,
        min(loaded_at) as first_loaded_at
    from mentions
    group by node
)

select
    row_number() over (order by nodes.node) - 1 as number,
    nodes.*
from nodes
where nodes.node not in (select node from guards)
