with accounts as (
    select * from {{ ref('int_account__unioned') }}
),

live_accounts as (
    select * from accounts
    where not is_deleted
),

records as (
    select * from {{ ref('int_account_records') }}
),

decisions as (
    select * from {{ ref('int_identity_decisions') }}
    where kind = 'account'
),

matches as (
    select * from {{ ref('int_account_matches') }}
),

told as (
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
),

-- of all that bear one number, each is linked to the oldest
numbered as (
    select
        node,
        duns_number,
        duns_refused_because,
        first_value(node) over (
            partition by duns_number order by created_at asc nulls last, node asc
        ) as oldest_node
    from records
    where duns_number is not null
),

links as (
    select
        'b2b_account:' || source_key as left_node,
        'b2b_account:' || linked_key as right_node,
        kind,
        null as evidence,
        1.0 as probability,
        null as refused_because
    from told
    where linked_key is not null and linked_key <> source_key

    union all

    select
        'b2b_account:' || left_key as left_node,
        'b2b_account:' || right_key as right_node,
        'decision' as kind,
        nullif(concat_ws(', ', decided_by, note), '') as evidence,
        1.0 as probability,
        case when decision = 'different' then 'decided to be different' end as refused_because
    from decisions

    union all

    select
        oldest_node as left_node,
        node as right_node,
        'identifier' as kind,
        'D-U-N-S number ' || duns_number as evidence,
        1.0 as probability,
        duns_refused_because as refused_because
    from numbered
    where node <> oldest_node

    union all

    select
        'b2b_account:' || left_key as left_node,
        'b2b_account:' || right_key as right_node,
        'match' as kind,
        evidence,
        probability,
        case when decision = 'review' then 'not sure enough' end as refused_because
    from matches
    where decision in ('merge', 'review')
)

select
    left_node,
    right_node,
    kind,
    evidence,
    probability::double as probability,
    refused_because::varchar as refused_because
from links
