with nodes as (
    select * from {{ ref('int_person_nodes') }}
),

cores as (
    select * from {{ ref('int_person_cores') }}
),

device_owners as (
    select * from {{ ref('int_device_owners') }}
),

clustered as (
    select number, core as cluster from cores
    union all
    select number, coalesce(core, device_group) from device_owners
)

select
    nodes.*,
    clustered.cluster,
    bool_or(nodes.is_evidence and not nodes.is_device) over (partition by clustered.cluster) as is_person
from nodes
inner join clustered on nodes.number = clustered.number
