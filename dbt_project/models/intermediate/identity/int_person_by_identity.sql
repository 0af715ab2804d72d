with clusters as (
    select * from {{ ref('int_person_clusters') }}
),

ids as (
    select * from {{ ref('int_person_ids') }}
)

select
    clusters.node,
    clusters.namespace,
    clusters.value,
    clusters.is_device,
    clusters.is_record,
    clusters.source_key,
    clusters.born_at,
    clusters.last_seen_at,
    clusters.first_loaded_at,
    ids.person_id
from clusters
inner join ids on clusters.cluster = ids.cluster
where not clusters.is_beyond
