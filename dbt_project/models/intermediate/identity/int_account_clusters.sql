with accounts as (
    select 'b2b_account:' || source_key as node, created_at, loaded_at
    from {{ ref('int_account__unioned') }}
    where not is_deleted
),

account_links as (
    select links.* from {{ ref('int_account_links') }} as links
    where links.refused_because is null and {{ not_stitched('account', 'links') }} is null
),

mentions as (
    select
        node,
        true as is_record,
        created_at as born_at,
        loaded_at
    from accounts

    union all

    select
        unnest([left_node, right_node]) as node,
        false as is_record,
        null as born_at,
        null as loaded_at
    from account_links
),

nodes as (
    select
        row_number() over (order by node) as number,
        node,
        bool_or(is_record) as is_record,
        min(born_at) as born_at,
        min(loaded_at) as first_loaded_at
    from mentions
    group by node
),

links as (
    select
        left_nodes.number as left_number,
        right_nodes.number as right_number
    from account_links
    inner join nodes as left_nodes on account_links.left_node = left_nodes.node
    inner join nodes as right_nodes on account_links.right_node = right_nodes.node
),

components as (
    {{ connected_components('nodes', 'links') | indent(4) }}
),

clustered as (
    select
        nodes.node,
        substr(nodes.node, length('b2b_account:') + 1) as source_key,
        nodes.is_record,
        nodes.born_at,
        components.component as cluster,
        coalesce(
            nodes.first_loaded_at,
            min(nodes.first_loaded_at) over (partition by components.component)
        ) as first_loaded_at,
        bool_or(nodes.is_record) over (partition by components.component) as is_account
    from nodes
    inner join components on nodes.number = components.node
)

select * from clustered
