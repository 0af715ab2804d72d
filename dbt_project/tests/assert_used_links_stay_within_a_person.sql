{{ config(meta={'dagster': {'ref': {'name': 'int_person_clusters'}}}) }}
-- A link that counts never leads from one cluster to another, and a refused one always does, but for identities that
-- are beyond the limit of their person.
with links as (
    select * from {{ ref('int_person_identity_links') }}
),

clusters as (
    select node, cluster, is_beyond from {{ ref('int_person_clusters') }}
)

select
    links.left_node,
    links.right_node
from links
inner join clusters as left_clusters on links.left_node = left_clusters.node
inner join clusters as right_clusters on links.right_node = right_clusters.node
where
    links.is_used = (left_clusters.cluster <> right_clusters.cluster)
    and not (left_clusters.is_beyond or right_clusters.is_beyond)
