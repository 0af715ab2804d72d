with fragments as (
    select * from {{ ref('int_account_fragments') }}
)

select
    ----------  ids
    source_key as account_component_id,
    account_id,
    parent_account_id,

    ----------  record
    source_name,
    source_type,

    ----------  keys
    source_key as source_account_key,
    parent_account_key as source_parent_account_key,
    external_key as source_external_key,

    ----------  account
    account_name,
    account_type,
    domain,
    website,
    account_phone,
    billing_city,
    billing_country,

    ----------  times
    created_at,
    updated_at,
    last_activity_at,
    loaded_at
from fragments
