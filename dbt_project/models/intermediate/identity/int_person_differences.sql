with decisions as (
    select * from {{ ref('int_identity_decisions') }}
    where kind = 'person' and decision = 'different'
),

nodes as (
    select number, value from {{ ref('int_person_nodes') }}
    where namespace = 'b2b_person'
)

select
    left_nodes.number as left_number,
    right_nodes.number as right_number,
    'decided to be different'
    || coalesce(' on ' || strftime(decisions.decided_at, '%Y-%m-%d'), '')
    || coalesce(' by ' || decisions.decided_by, '') as reason
from decisions
inner join nodes as left_nodes on decisions.left_key = left_nodes.value
inner join nodes as right_nodes on decisions.right_key = right_nodes.value
