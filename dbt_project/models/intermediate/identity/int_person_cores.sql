with nodes as (
    select number, node from {{ ref('int_person_nodes') }}
    where not is_device
),

links as (
    select distinct
        left_nodes.number as left_number,
        right_nodes.number as right_number
    from {{ ref('int_person_link_candidates') }} as candidates
    inner join nodes as left_nodes on candidates.left_node = left_nodes.node
    inner join nodes as right_nodes on candidates.right_node = right_nodes.node
    where candidates.refused_because is null
),

components as (
    {{ connected_components('nodes', 'links') | indent(4) }}
)

select
    node as number,
    component as core
from components
