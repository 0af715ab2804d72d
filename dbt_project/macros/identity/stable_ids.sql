{#
    Ids that last: which id each cluster bears, as a query of `cluster, id, is_new, merged_ids`.

    `members` (columns `cluster, node, is_record, born_at`) and `register` name CTEs. An id of the register goes to
    the cluster that holds most of the nodes that were its at the last publishing; of several ids in one cluster the
    oldest lives on and the others are merged into it. Where a merge comes apart again, each part gets the id back
    that it had before. A cluster without any id gets a hash of its oldest record, salted for as long as the register
    knows the result: after a split the rest must not take the id that stayed with the larger part.
#}
{% macro stable_ids(members, register, prefix) %}
with recursive known as materialized (
    select
        members.cluster,
        members.node,
        members.is_record,
        register.id,
        register.ord,
        register.merged_into,
        register.first_seen,
        coalesce(register.is_present, true) as is_present
    from {{ members }} as members
    inner join {{ register }} as register on members.node = register.node
),

-- the ids that nodes had before a merge brought them to the one they have now
former as (
    select
        known.id,
        known.ord,
        living.id as heir,
        living.cluster,
        living.node
    from known
    inner join known as living on known.node = living.node and known.merged_into = living.id
    where living.merged_into is null
),

holdings as (
    select
        any_value(known.id) as id,
        known.ord,
        known.cluster,
        count(*) as nodes,
        count(*) filter (where known.is_present) as present_nodes,
        count(*) filter (where known.is_record) as records,
        count(*) filter (
            where known.is_record and known.is_present
            and known.id in (select heir from former) and known.node not in (select node from former)
        ) as records_before_merges,
        min(known.first_seen) as first_seen,
        min(known.node) as first_node
    from known
    where known.merged_into is null
    group by known.ord, known.cluster
),

-- ids whose nodes lie in several clusters now; nearly all lie in one, and stay there
split as (
    select *
    from holdings
    where ord in (select ord from holdings group by ord having count(*) > 1)
),

largest as (
    select ord, cluster
    from split
    qualify
        row_number() over (
            partition by ord
            order by present_nodes desc, nodes desc, records desc, first_seen asc, first_node asc
        ) = 1
),

claimants as (
    select cluster, count(*) as ids
    from (
        select ord, cluster from largest
        union all
        select ord, cluster from holdings
        where ord not in (select ord from split) and cluster in (select cluster from split)
    ) as stays
    group by cluster
),

-- an id that ended with other ids stays there; one that is alone may go back to the records it had before merges
claims as (
    select id, ord, cluster
    from holdings
    where ord not in (select ord from split)

    union all

    select split.id, split.ord, split.cluster
    from split
    left join claimants on split.cluster = claimants.cluster
    left join largest on split.ord = largest.ord and split.cluster = largest.cluster
    where claimants.cluster is null or largest.ord is not null
    qualify
        row_number() over (
            partition by split.ord
            order by
                coalesce(claimants.ids > 1, false) desc,
                split.records_before_merges desc,
                split.present_nodes desc,
                split.nodes desc,
                split.records desc,
                split.first_seen asc,
                split.first_node asc
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

revived as (
    select id, cluster
    from (
        select
            id,
            ord,
            cluster,
            count(*) as nodes,
            row_number() over (partition by id order by count(*) desc, min(node) asc) as place
        from former
        group by id, ord, cluster
    ) as parts
    where place = 1 and cluster not in (select cluster from survivors)
    qualify row_number() over (partition by cluster order by nodes desc, ord asc) = 1
),

oldest_members as (
    select cluster, node
    from {{ members }} as members
    where
        not exists (select 1 from survivors where survivors.cluster = members.cluster)
        and not exists (select 1 from revived where revived.cluster = members.cluster)
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

select cluster, id, false, []::varchar[]
from revived

union all

select cluster, arg_max(id, attempt), true, []::varchar[]
from attempts
group by cluster
{% endmacro %}


{#
    All rows of the next register but for `ord`, which publishing adds: `node, id, merged_into, first_seen, is_present`.

    `living` (columns `node, id, first_seen`) and `ids` (columns `id, merged_ids`) name CTEs. Nodes that are gone keep
    their id, so that it is theirs when they come back; an id that was merged away keeps its nodes and names its heir,
    until it lives again.
#}
{% macro register_rows(living, ids, register) %}
with heirs as (
    select unnest(merged_ids) as id, id as heir
    from {{ ids }}
),

former as (
    select node, id, ord, merged_into
    from {{ register }}
    where merged_into is not null
),

revived as (
    select distinct former.id
    from former
    inner join {{ ids }} as ids on former.id = ids.id
),

-- who left the merged id meanwhile does not come with the one that lives again
revived_nodes as (
    select node, merged_into, arg_max(id, ord) as id
    from former
    where id in (select id from revived)
    group by node, merged_into
),

-- who was merged into an id that lives again, and came with it
carried as (
    select former.id, mode(living.id) as heir
    from former
    inner join {{ living }} as living on former.node = living.node
    where living.id in (select id from revived) and former.id not in (select id from revived)
    group by former.id
),

present as (
    select
        living.node,
        living.id,
        null::varchar as merged_into,
        coalesce(register.first_seen, living.first_seen) as first_seen,
        true as is_present
    from {{ living }} as living
    left join {{ register }} as register
        on living.node = register.node and living.id = register.id and register.merged_into is null
),

absent as (
    select
        register.node,
        coalesce(revived_nodes.id, heirs.heir, register.id) as id,
        null::varchar as merged_into,
        register.first_seen,
        false as is_present
    from {{ register }} as register
    left join heirs on register.id = heirs.id
    left join revived_nodes on register.node = revived_nodes.node and register.id = revived_nodes.merged_into
    where
        register.merged_into is null
        and not exists (select 1 from {{ living }} as living where living.node = register.node)
),

merged as (
    select
        register.node,
        register.id,
        coalesce(carried.heir, heirs.heir, register.merged_into) as merged_into,
        register.first_seen,
        false as is_present
    from {{ register }} as register
    left join heirs on coalesce(register.merged_into, register.id) = heirs.id
    left join carried on register.id = carried.id
    where
        (register.merged_into is not null or heirs.heir is not null)
        and register.id not in (select id from revived)
)

select node, id, merged_into, first_seen, is_present from present
union all
select node, id, merged_into, first_seen, is_present from absent
union all
select node, id, merged_into, first_seen, is_present from merged
{% endmacro %}
