with nodes as (
    select * from {{ ref('int_person_nodes') }}
),

cores as (
    select * from {{ ref('int_person_cores') }}
),

device_owners as (
    select * from {{ ref('int_device_owners') }}
),

limits as (
    select * from {{ ref('int_identity_limits') }}
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
),

crowded as (
    select
        clusters.cluster,
        count(*) - any_value(limits.identities_per_person) as too_many
    from clusters
    cross join limits
    group by clusters.cluster
    having count(*) > any_value(limits.identities_per_person)
),

-- records keep their person, and so does what holds several of them together
holding as (
    select node from {{ ref('int_person_identities') }}
    where not is_device
    group by node
    having count(*) > 1
),

-- the oldest goes first, by type
leaving as (
    select nodes.number
    from nodes
    inner join clusters on nodes.number = clusters.number
    inner join crowded on clusters.cluster = crowded.cluster
    where nodes.type <> 'person' and nodes.node not in (select node from holding)
    qualify
        row_number() over (
            partition by clusters.cluster
            order by
                case nodes.type when 'partner' then 1 when 'cookie' then 2 when 'device' then 3 else 4 end asc,
                nodes.last_seen_at asc nulls first,
                nodes.number asc
        ) <= crowded.too_many
)

select
    nodes.number,
    nodes.node,
    nodes.namespace,
    nodes.value,
    nodes.type,
    nodes.is_device,
    nodes.is_unique,
    nodes.priority,
    nodes.is_evidence,
    nodes.is_record,
    nodes.source_key,
    nodes.born_at,
    nodes.last_seen_at,
    nodes.first_loaded_at,
    clusters.cluster,
    bool_or(nodes.is_evidence and not nodes.is_device) over (partition by clusters.cluster) as is_person,
    leaving.number is not null as is_beyond
from nodes
inner join clusters on nodes.number = clusters.number
left join leaving on nodes.number = leaving.number
