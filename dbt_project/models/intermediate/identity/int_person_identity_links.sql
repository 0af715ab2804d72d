with candidates as (
    select * from {{ ref('int_person_link_candidates') }}
),

clusters as (
    select * from {{ ref('int_person_clusters') }}
),

judged as (
    select
        candidates.left_node,
        candidates.right_node,
        candidates.kind,
        candidates.last_seen_at,
        case
            when candidates.refused_because is not null then candidates.refused_because
            when left_clusters.cluster = right_clusters.cluster then null
            when candidates.left_is_device then 'devices of different people'
            else 'device last used by another person'
        end as refused_because
    from candidates
    left join clusters as left_clusters on candidates.left_node = left_clusters.node
    left join clusters as right_clusters on candidates.right_node = right_clusters.node
)

select
    left_node,
    right_node,
    kind,
    last_seen_at,
    refused_because is null as is_used,
    refused_because
from judged
