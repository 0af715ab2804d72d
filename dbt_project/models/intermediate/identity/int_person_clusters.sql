with nodes as (
    select * from {{ ref('int_person_nodes') }}
),

cores as (
    select * from {{ ref('int_person_cores') }}
),

device_owners as (
    select * from {{ ref('int_device_owners') }}
),

clusters as (
    select
        number,
        core as cluster
    from cores

    union all

    select
        number,
        coalesce(core, device_group) as cluster
    from device_owners
)

select
    nodes.node,
    nodes.namespace,
    nodes.value,
    nodes.is_device,
    nodes.is_evidence,
    nodes.is_record,
    nodes.source_key,
    nodes.born_at,
    nodes.last_seen_at,
    nodes.first_loaded_at,
    clusters.cluster,
    bool_or(nodes.is_evidence and not nodes.is_device) over (partition by clusters.cluster) as is_person
from nodes
inner join clusters on nodes.number = clusters.number
