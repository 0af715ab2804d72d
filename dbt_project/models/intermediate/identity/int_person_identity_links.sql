with candidates as (
    select * from {{ ref('int_person_link_candidates') }}
),

clusters as (
    select * from {{ ref('int_person_clusters') }}
),

limits as (
    select * from {{ ref('int_identity_limits') }}
),

differences as (
    select
        left_clusters.cluster as left_cluster,
        right_clusters.cluster as right_cluster,
        min(differences.reason) as reason
    from {{ ref('int_person_differences') }} as differences
    inner join clusters as left_clusters on differences.left_number = left_clusters.number
    inner join clusters as right_clusters on differences.right_number = right_clusters.number
    group by left_clusters.cluster, right_clusters.cluster
),

placed as (
    select
        candidates.*,
        left_clusters.cluster as left_cluster,
        right_clusters.cluster as right_cluster,
        coalesce(left_clusters.is_beyond or right_clusters.is_beyond, false) as is_beyond
    from candidates
    left join clusters as left_clusters on candidates.left_node = left_clusters.node
    left join clusters as right_clusters on candidates.right_node = right_clusters.node
),

-- clusters that a link would have joined, and the values of a unique namespace that keep them apart
apart as (
    select distinct left_cluster, right_cluster
    from placed
    where left_cluster <> right_cluster and not right_is_device and refused_because is null
),

unique_values as (
    select cluster, namespace, value, priority
    from clusters
    where is_unique and not is_device and cluster in (
        select left_cluster from apart
        union all
        select right_cluster from apart
    )
),

second_values as (
    select
        apart.left_cluster,
        apart.right_cluster,
        arg_min(
            'would bring a second ' || ours.namespace || ' (' || ours.value || ', ' || theirs.value || ')',
            (ours.priority, ours.namespace)
        ) as reason
    from apart
    inner join unique_values as ours on apart.left_cluster = ours.cluster
    inner join unique_values as theirs
        on apart.right_cluster = theirs.cluster and ours.namespace = theirs.namespace and ours.value <> theirs.value
    group by apart.left_cluster, apart.right_cluster
),

judged as (
    select
        placed.left_node,
        placed.right_node,
        placed.kind,
        placed.source_key,
        placed.source_name,
        placed.first_seen_at,
        placed.last_seen_at,
        case
            when placed.left_cluster = placed.right_cluster and not placed.is_beyond then null
            when placed.refused_because is not null then placed.refused_because
            when placed.left_cluster is null or placed.right_cluster is null then 'one of the two is not there'
            when placed.is_beyond then 'beyond the ' || limits.identities_per_person || ' identities of a person'
            when placed.left_is_device then 'devices of different people'
            when placed.right_is_device then 'device last used by another person'
            else coalesce(forth.reason, back.reason, second_values.reason, 'its clusters may not be joined')
        end as refused_because
    from placed
    cross join limits
    left join differences as forth
        on placed.left_cluster = forth.left_cluster and placed.right_cluster = forth.right_cluster
    left join differences as back
        on placed.left_cluster = back.right_cluster and placed.right_cluster = back.left_cluster
    left join second_values
        on placed.left_cluster = second_values.left_cluster and placed.right_cluster = second_values.right_cluster
)

select
    left_node,
    right_node,
    kind,
    source_key,
    source_name,
    first_seen_at,
    last_seen_at,
    refused_because is null as is_used,
    refused_because
from judged
