{#
    Ids of records that are unified by their keys alone, as a query of `source_key, id`.

    `fragments` names a CTE or relation of `source_key, external_key, is_deleted, created_at`. Records are one where
    one names the other, or both the same third, as its external key; their id is a hash of the oldest one's key.
#}
{% macro keyed_ids(fragments, prefix) %}
with records as (
    select source_key, external_key, created_at
    from {{ fragments }}
    where not is_deleted
),

keys as (
    select source_key, created_at, true as is_record from records
    union all
    select external_key, null, false from records
    where external_key is not null
),

nodes as (
    select
        row_number() over (order by source_key) as number,
        source_key,
        bool_or(is_record) as is_record,
        min(created_at) as created_at
    from keys
    group by source_key
),

links as (
    select
        left_nodes.number as left_number,
        right_nodes.number as right_number
    from records
    inner join nodes as left_nodes on records.source_key = left_nodes.source_key
    inner join nodes as right_nodes on records.external_key = right_nodes.source_key
),

components as (
    {{ connected_components('nodes', 'links') | indent(4) }}
)

select
    nodes.source_key,
    '{{ prefix }}_' || left(md5(first_value(nodes.source_key) over (
        partition by components.component
        order by nodes.is_record desc, nodes.created_at asc nulls last, nodes.source_key asc
    )), 16) as id
from nodes
inner join components on nodes.number = components.node
{% endmacro %}
