with lineage as (
    select * from {{ ref('int_account_lineage') }}
    where distance > 0
)

select
    {{ surrogate_key('ah', ['account_id', 'ancestor_account_id']) }} as account_hierarchy_id,
    account_id,
    ancestor_account_id,
    distance
from lineage
