{#
    The connected components of a graph, as a query of `node, component`.

    `nodes` (column `number`) and `links` (columns `left_number`, `right_number`) name CTEs or relations.
    Each round every node moves to whichever of itself and its neighbours a hash ranks first, and the links move
    along; the graph shrinks by a constant factor a round, so that a chain of a million links takes some twenty
    rounds. (Label propagation takes a round a link.) The labels then follow the moves, round by round.
#}
{% macro connected_components(nodes, links) %}
with recursive rounds (round, is_link, node, other) as (
    select 0, true, left_number, right_number
    from {{ links }}
    where left_number <> right_number

    union all

    (
        with ends as (
            select round, node, other from rounds where is_link
            union all
            select round, other, node from rounds where is_link
        ),

        first_neighbours as (
            select round, node, arg_min(other, hash(other + round)) as neighbour
            from ends
            group by round, node
        ),

        moves as materialized (
            select
                round,
                node,
                case when hash(neighbour + round) < hash(node + round) then neighbour else node end as target
            from first_neighbours
        )

        select round, false, node, target
        from moves
        where node <> target

        union all

        select distinct
            rounds.round + 1,
            true,
            least(node_moves.target, other_moves.target),
            greatest(node_moves.target, other_moves.target)
        from rounds
        inner join moves as node_moves on rounds.node = node_moves.node
        inner join moves as other_moves on rounds.other = other_moves.node
        where rounds.is_link and node_moves.target <> other_moves.target
    )
),

steps as materialized (
    select round, node, other as target
    from rounds
    where not is_link
),

labels (node, component, round) using key (node) as (
    select number, number, -1
    from {{ nodes }}

    union

    select labels.node, arg_min(steps.target, steps.round), min(steps.round)
    from labels
    inner join steps on labels.component = steps.node and labels.round < steps.round
    group by labels.node
)

select node, component
from labels
{% endmacro %}
