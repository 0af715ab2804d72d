with lineage as (
    select * from {{ ref('int_account_lineage') }}
),

circles as (
    select account_id from {{ ref('int_account_circles') }}
)

select
    account_id,
    arg_max(ancestor_account_id, distance) as ultimate_parent_account_id,
    max(distance) as hierarchy_depth,
    account_id in (select circles.account_id from circles) as is_in_parent_cycle
from lineage
group by account_id
