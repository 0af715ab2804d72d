with device_links as (
    select * from {{ ref('int_device_links') }}
),

cores as (
    select * from {{ ref('int_person_cores') }}
),

device_groups as (
    select * from {{ ref('int_device_groups') }}
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
                device_links.left_number asc
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

-- a device that nobody logged in on goes with the devices it was seen with
group_owners as (
    select
        device_groups.device_group,
        arg_max(own_owners.core, own_owners.recency) as core
    from device_groups
    inner join own_owners on device_groups.number = own_owners.number
    group by device_groups.device_group
)

select
    device_groups.number,
    device_groups.device_group,
    coalesce(own_owners.core, group_owners.core) as core
from device_groups
left join own_owners on device_groups.number = own_owners.number
left join group_owners on device_groups.device_group = group_owners.device_group
