with identities as (
    select * from {{ ref('int_person_identities') }}
),

event_identities as (
    select * from {{ ref('int_event_identities') }}
),

mailbox_guards as (
    select * from {{ ref('int_mailbox_guards') }}
),

record_links as (
    select
        'b2b_person:' || source_key as left_node,
        node as right_node,
        kind,
        false as left_is_device,
        is_device as right_is_device,
        updated_at as last_seen_at
    from identities
    where namespace <> 'b2b_person' or value <> source_key
),

-- as in Identity Service, a device stands right of what is no device, and more than 20 identities are no person
small_sets as (
    select set_number
    from event_identities
    group by set_number
    having count(*) between 2 and 20
),

event_links as (
    select
        left_identity.node as left_node,
        right_identity.node as right_node,
        'event' as kind,
        left_identity.is_device as left_is_device,
        right_identity.is_device as right_is_device,
        max(left_identity.last_seen_at) as last_seen_at
    from event_identities as left_identity
    inner join small_sets on left_identity.set_number = small_sets.set_number
    inner join event_identities as right_identity on left_identity.set_number = right_identity.set_number
    where (left_identity.is_device, left_identity.node) < (right_identity.is_device, right_identity.node)
    group by
        left_identity.node,
        right_identity.node,
        left_identity.is_device,
        right_identity.is_device
),

links as (
    select * from record_links
    union all
    select * from event_links
)

select
    links.*,
    coalesce(left_guard.reason, right_guard.reason) as refused_because
from links
left join mailbox_guards as left_guard on links.left_node = 'Email:' || left_guard.email
left join mailbox_guards as right_guard on links.right_node = 'Email:' || right_guard.email
