with account_keys as (
    select source_key, account_id from {{ ref('int_account_by_key') }}
),

records as (
    select
        accounts.source_key,
        account_keys.account_id,
        accounts.source_name,
        accounts.created_at,
        accounts.updated_at,
        accounts.loaded_at
    from {{ ref('int_account__unioned') }} as accounts
    inner join account_keys on accounts.source_key = account_keys.source_key
    where not accounts.is_deleted
)

select
    source_key,
    account_id,
    source_name,
    updated_at,
    {{ recency() }} as recency,
    {{ seniority() }} as seniority
from records
