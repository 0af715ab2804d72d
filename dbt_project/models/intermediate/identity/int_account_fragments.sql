with accounts as (
    select * from {{ ref('int_account__unioned') }}
),

account_keys as (
    select source_key, account_id from {{ ref('int_account_by_key') }}
),

ranks as (
    select * from {{ ref('int_account_ranks') }}
)

select
    accounts.*,
    accounts.parent_account_source_key as parent_account_key,
    ranks.account_id,
    nullif(parent_keys.account_id, ranks.account_id) as parent_account_id,
    ranks.recency,
    ranks.seniority
from accounts
inner join ranks on accounts.source_key = ranks.source_key
left join account_keys as parent_keys on accounts.parent_account_source_key = parent_keys.source_key
