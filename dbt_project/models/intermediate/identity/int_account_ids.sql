with members as (
    select cluster, node, is_record, born_at
    from {{ ref('int_account_clusters') }}
    where is_account
),

register as (
    select * from {{ register('account') }}
),

ids as (
    {{ stable_ids('members', 'register', 'a') | indent(4) }}
)

select
    cluster,
    id as account_id,
    is_new,
    merged_ids
from ids
