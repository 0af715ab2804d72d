{#
    Ids that last: which id each cluster bears, as a query of `cluster, id, is_new, merged_ids`.

    `members` (columns `cluster, node, is_record, born_at`) and `register` name CTEs. An id of the register goes to
    the cluster that holds most of its nodes, records weighing more on a tie; of several ids in one cluster the oldest
    lives on and the others are merged into it. A cluster without one gets a hash of its oldest record, salted for as
    long as the register knows the result: after a split the rest must not take the id that stayed with the larger part.
#}
{% macro stable_ids(members, register, prefix) %}
with recursive holdings as (
    select
        register.id,
        register.ord,
        members.cluster,
        count(*) as nodes,
        count(*) filter (where members.is_record) as records,
        min(register.first_seen) as first_seen,
        min(members.node) as first_node
    from {{ members }} as members
    inner join {{ register }} as register on members.node = register.node
    where register.merged_into is null
    group by register.id, register.ord, members.cluster
),

claims as (
    select id, ord, cluster
    from holdings
    qualify
        row_number() over (
            partition by id
            order by nodes desc, records desc, first_seen asc, first_node asc
        ) = 1
),

survivors as (
    select
        cluster,
        arg_min(id, ord) as id,
        list(id order by ord)[2:] as merged_ids
    from claims
    group by cluster
),

oldest_members as (
    select cluster, node
    from {{ members }} as members
    where not exists (select 1 from survivors where survivors.cluster = members.cluster)
    qualify
        row_number() over (partition by cluster order by is_record desc, born_at asc nulls last, node asc) = 1
),

attempts (cluster, node, attempt, id) as (
    select cluster, node, 0, '{{ prefix }}_' || left(md5(node), 16)
    from oldest_members

    union all

    select cluster, node, attempt + 1, '{{ prefix }}_' || left(md5(node || '#' || (attempt + 1)), 16)
    from attempts
    where exists (select 1 from {{ register }} as register where register.id = attempts.id)
)

select cluster, id, false as is_new, merged_ids
from survivors

union all

select cluster, arg_max(id, attempt), true, []::varchar[]
from attempts
group by cluster
{% endmacro %}


{#
    All rows of the next register but for `ord`, which publishing adds: `node, id, merged_into, first_seen`.

    `living` (columns `node, id, first_seen`) and `ids` (columns `id, merged_ids`) name CTEs. Nodes that are gone keep
    their id, so that it is theirs when they come back; an id that was merged away keeps its nodes and names its heir.
#}
{% macro register_rows(living, ids, register) %}
with heirs as (
    select unnest(merged_ids) as id, id as heir
    from {{ ids }}
),

present as (
    select
        living.node,
        living.id,
        null::varchar as merged_into,
        coalesce(register.first_seen, living.first_seen) as first_seen
    from {{ living }} as living
    left join {{ register }} as register
        on living.node = register.node and living.id = register.id and register.merged_into is null
),

absent as (
    select
        register.node,
        coalesce(heirs.heir, register.id) as id,
        null::varchar as merged_into,
        register.first_seen
    from {{ register }} as register
    left join heirs on register.id = heirs.id
    where
        register.merged_into is null
        and not exists (select 1 from {{ living }} as living where living.node = register.node)
),

merged as (
    select
        register.node,
        register.id,
        coalesce(heirs.heir, register.merged_into) as merged_into,
        register.first_seen
    from {{ register }} as register
    left join heirs on coalesce(register.merged_into, register.id) = heirs.id
    where register.merged_into is not null or heirs.heir is not null
)

select node, id, merged_into, first_seen from present
union all
select node, id, merged_into, first_seen from absent
union all
select node, id, merged_into, first_seen from merged
{% endmacro %}
