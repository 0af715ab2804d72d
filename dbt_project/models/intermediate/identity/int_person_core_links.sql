with nodes as (
    select number, node, priority from {{ ref('int_person_nodes') }}
    where not is_device
),

candidates as (
    select * from {{ ref('int_person_link_candidates') }}
    where refused_because is null
)

select
    left_nodes.number as left_number,
    right_nodes.number as right_number,
    case candidates.kind when 'decision' then 0 when 'match' then 2 else 1 end as tier,
    greatest(left_nodes.priority, right_nodes.priority) as layer,
    coalesce(-epoch_us(candidates.last_seen_at), 9223372036854775807) as age,
    least(left_nodes.priority, right_nodes.priority) as rank
from candidates
inner join nodes as left_nodes on candidates.left_node = left_nodes.node
inner join nodes as right_nodes on candidates.right_node = right_nodes.node
