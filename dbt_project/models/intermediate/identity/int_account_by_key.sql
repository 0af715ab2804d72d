with clusters as (
    select * from {{ ref('int_account_clusters') }}
),

ids as (
    select * from {{ ref('int_account_ids') }}
)

select
    clusters.node,
    clusters.source_key,
    clusters.first_loaded_at,
    ids.account_id
from clusters
inner join ids on clusters.cluster = ids.cluster
