with living as (
    select node, account_id as id, first_loaded_at as first_seen
    from {{ ref('int_account_by_key') }}
),

ids as (
    select account_id as id, merged_ids
    from {{ ref('int_account_ids') }}
),

register as (
    select * from {{ register('account') }}
),

next_register as (
    {{ register_rows('living', 'ids', 'register') | indent(4) }}
)

select
    node,
    id,
    merged_into,
    first_seen,
    is_present
from next_register
