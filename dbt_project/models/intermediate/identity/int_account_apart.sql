with decisions as (
    select * from {{ ref('int_identity_decisions') }}
    where kind = 'account' and decision = 'different'
),

records as (
    select * from {{ ref('int_account_records') }}
),

pairs as (
    select
        'b2b_account:' || left_key as left_node,
        'b2b_account:' || right_key as right_node,
        true as is_decided
    from decisions

    union all

    select
        node as left_node,
        parent_node as right_node,
        false as is_decided
    from records
    where parent_node is not null
)

select
    left_node,
    right_node,
    is_decided
from pairs
