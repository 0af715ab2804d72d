with accounts as (
    select * from {{ ref('int_account__unioned') }}
),

live_accounts as (
    select * from accounts
    where not is_deleted
),

links as (
    select
        source_key,
        external_key as linked_key,
        'external key' as kind
    from live_accounts

    union

    select
        source_key,
        unnest(crm_ids) as linked_key,
        'external key' as kind
    from live_accounts

    union

    -- an account that was merged away is deleted, and says still which it is now
    select
        source_key,
        merged_into_source_key as linked_key,
        'merge' as kind
    from accounts
)

select
    'b2b_account:' || source_key as left_node,
    'b2b_account:' || linked_key as right_node,
    kind
from links
where linked_key is not null and linked_key <> source_key
