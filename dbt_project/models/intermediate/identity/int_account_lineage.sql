with recursive circles as (
    select account_id from {{ ref('int_account_circles') }}
    where is_head
),

-- the hierarchy is cut above the oldest account of a circle
parents as (
    select account_id, parent_account_id
    from {{ ref('int_account_parents') }}
    where parent_account_id is not null and account_id not in (select circles.account_id from circles)
),

lineage (account_id, ancestor_account_id, distance) as (
    select account_id, account_id as ancestor_account_id, 0::bigint as distance
    from {{ ref('int_account_parents') }}

    union all

    select lineage.account_id, parents.parent_account_id, lineage.distance + 1
    from lineage
    inner join parents on lineage.ancestor_account_id = parents.account_id
)

select
    account_id,
    ancestor_account_id,
    distance
from lineage
