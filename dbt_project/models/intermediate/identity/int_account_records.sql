with accounts as (
    select * from {{ ref('int_account__unioned') }}
    where not is_deleted
),

guards as (
    select * from {{ ref('int_account_identifier_guards') }}
)

select
    'b2b_account:' || source_key as node,
    source_key,
    source_name,
    account_name,
    website,
    domain,
    {{ comparable_duns('accounts.duns_number') }} as duns_number,
    guards.reason as duns_refused_because,
    case when guards.reason is null then {{ comparable_duns('accounts.duns_number') }} end as identifier,
    account_phone,
    billing_street,
    billing_city,
    billing_state,
    billing_postal_code,
    billing_country,
    'b2b_account:' || nullif(parent_account_source_key, source_key) as parent_node,
    created_at,
    updated_at
from accounts
left join guards on {{ comparable_duns('accounts.duns_number') }} = guards.duns_number
