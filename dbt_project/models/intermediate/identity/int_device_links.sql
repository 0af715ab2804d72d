with nodes as (
    select number, node from {{ ref('int_person_nodes') }}
)

select
    left_nodes.number as left_number,
    right_nodes.number as right_number,
    candidates.left_is_device,
    candidates.kind = 'event' as is_event,
    candidates.last_seen_at
from {{ ref('int_person_link_candidates') }} as candidates
inner join nodes as left_nodes on candidates.left_node = left_nodes.node
inner join nodes as right_nodes on candidates.right_node = right_nodes.node
where candidates.right_is_device and candidates.refused_because is null
