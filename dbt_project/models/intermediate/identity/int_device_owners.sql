with nodes as (
    select number, node, is_device from {{ ref('int_person_nodes') }}
),

devices as (
    select number from nodes
    where is_device
),

cores as (
    select * from {{ ref('int_person_cores') }}
),

device_links as (
    select
        left_nodes.number as left_number,
        right_nodes.number as right_number,
        candidates.left_is_device,
        candidates.kind = 'event' as is_event,
        candidates.last_seen_at,
        candidates.left_node
    from {{ ref('int_person_link_candidates') }} as candidates
    inner join nodes as left_nodes on candidates.left_node = left_nodes.node
    inner join nodes as right_nodes on candidates.right_node = right_nodes.node
    where candidates.right_is_device and candidates.refused_because is null
),

-- an event tells when the device was used, a record only that it once was
uses as (
    select
        device_links.right_number as number,
        cores.core,
        row_number() over (
            order by
                device_links.is_event asc,
                device_links.last_seen_at asc nulls first,
                device_links.left_node asc
        ) as recency
    from device_links
    inner join cores on device_links.left_number = cores.number
),

own_owners as (
    select
        number,
        arg_max(core, recency) as core,
        max(recency) as recency
    from uses
    group by number
),

between_devices as (
    select left_number, right_number from device_links
    where left_is_device
),

device_groups as (
    {{ connected_components('devices', 'between_devices') | indent(4) }}
),

-- a device that nobody logged in on goes with the devices it was seen with
group_owners as (
    select
        device_groups.component,
        arg_max(own_owners.core, own_owners.recency) as core
    from device_groups
    inner join own_owners on device_groups.node = own_owners.number
    group by device_groups.component
)

select
    device_groups.node as number,
    device_groups.component as device_group,
    coalesce(own_owners.core, group_owners.core) as core
from device_groups
left join own_owners on device_groups.node = own_owners.number
left join group_owners on device_groups.component = group_owners.component
