with clusters as (
    select * from {{ ref('int_person_clusters') }}
    where is_beyond
),

ids as (
    select * from {{ ref('int_person_ids') }}
),

limits as (
    select * from {{ ref('int_identity_limits') }}
)

select
    clusters.node,
    clusters.namespace,
    clusters.value,
    clusters.last_seen_at,
    ids.person_id,
    'beyond the ' || limits.identities_per_person || ' identities of a person' as reason
from clusters
inner join ids on clusters.cluster = ids.cluster
cross join limits
