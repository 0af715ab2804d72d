with identities as (
    select * from {{ ref('int_person_identities') }}
),

refused_values as (
    select
        identity_values.*,
        people.source_name,
        people.created_at,
        people.updated_at
    from {{ ref('int_person_identity_values') }} as identity_values
    inner join {{ ref('int_person__unioned') }} as people on identity_values.source_key = people.source_key
    where identity_values.refused_because is not null and length(identity_values.value) <= 1024
),

event_identities as (
    select * from {{ ref('int_event_identities') }}
),

sets as (
    select * from {{ ref('int_event_identity_sets') }}
),

guards as (
    select * from {{ ref('int_identity_guards') }}
),

foreign_addresses as (
    select * from {{ ref('int_foreign_addresses') }}
),

limits as (
    select * from {{ ref('int_identity_limits') }}
),

record_links as (
    select
        'b2b_person:' || source_key as left_node,
        node as right_node,
        kind,
        source_key,
        source_name,
        false as left_is_device,
        is_device as right_is_device,
        created_at as first_seen_at,
        updated_at as last_seen_at
    from identities
    where namespace <> 'b2b_person' or value <> source_key

    union all

    select
        'b2b_person:' || source_key as left_node,
        node as right_node,
        kind,
        source_key,
        source_name,
        false as left_is_device,
        is_device as right_is_device,
        created_at as first_seen_at,
        updated_at as last_seen_at
    from refused_values
),

-- as in Identity Service, a device stands right of what is no device, and too many identities are no person
small_sets as (
    select event_identities.set_number
    from event_identities
    cross join limits
    group by event_identities.set_number
    having count(*) between 2 and any_value(limits.identities_per_record)
),

event_links as (
    select
        left_identity.node as left_node,
        right_identity.node as right_node,
        'event' as kind,
        arg_max(sets.last_source_key, (sets.last_seen_at, sets.last_source_key)) as source_key,
        arg_max(sets.source_name, (sets.last_seen_at, sets.last_source_key)) as source_name,
        left_identity.is_device as left_is_device,
        right_identity.is_device as right_is_device,
        min(sets.first_seen_at) as first_seen_at,
        max(sets.last_seen_at) as last_seen_at
    from event_identities as left_identity
    inner join small_sets on left_identity.set_number = small_sets.set_number
    inner join sets on left_identity.set_number = sets.set_number
    inner join event_identities as right_identity on left_identity.set_number = right_identity.set_number
    where (left_identity.is_device, left_identity.node) < (right_identity.is_device, right_identity.node)
    group by
        left_identity.node,
        right_identity.node,
        left_identity.is_device,
        right_identity.is_device
),

-- what a person decided, and what only likeness suggests
decided_links as (
    select
        'b2b_person:' || left_key as left_node,
        'b2b_person:' || right_key as right_node,
        'decision' as kind,
        null::varchar as source_key,
        decided_by as source_name,
        false as left_is_device,
        false as right_is_device,
        decided_at as first_seen_at,
        decided_at as last_seen_at
    from {{ ref('int_identity_decisions') }}
    where kind = 'person' and decision = 'same'
),

matched_links as (
    select
        'b2b_person:' || left_key as left_node,
        'b2b_person:' || right_key as right_node,
        'match' as kind,
        null::varchar as source_key,
        null::varchar as source_name,
        false as left_is_device,
        false as right_is_device,
        null::timestamp as first_seen_at,
        null::timestamp as last_seen_at
    from {{ ref('int_person_matches') }}
    where decision = 'merge'
),

links as (
    select * from record_links
    union all
    select * from event_links
    union all
    select * from decided_links
    union all
    select * from matched_links
)

select
    links.*,
    coalesce(
        case
            when links.kind <> 'decision' then coalesce(left_guard.reason, right_guard.reason, foreign_addresses.reason)
        end,
        {{ not_stitched('person', 'links') }}
    ) as refused_because
from links
left join guards as left_guard on links.left_node = left_guard.node
left join guards as right_guard on links.right_node = right_guard.node
left join foreign_addresses
    on
        links.right_node = foreign_addresses.node
        and links.source_key = foreign_addresses.source_key
        and links.kind <> 'event'
