with accounts as (
    select * from {{ ref('int_account__unioned') }}
    where not is_deleted
),

account_keys as (
    select source_key, account_id from {{ ref('int_account_by_key') }}
),

resolved as (
    select
        accounts.*,
        account_keys.account_id,
        nullif(parent_keys.account_id, account_keys.account_id) as parent_account_id
    from accounts
    inner join account_keys on accounts.source_key = account_keys.source_key
    left join account_keys as parent_keys on accounts.parent_account_source_key = parent_keys.source_key
),

ranks as (
    select
        source_key,
        {{ recency() }} as recency,
        {{ seniority() }} as seniority
    from resolved
),

ranked as (
    select
        resolved.*,
        ranks.recency,
        ranks.seniority
    from resolved
    inner join ranks on resolved.source_key = ranks.source_key
),

golden as (
    select
        ----------  ids
        account_id,
        {{ latest('parent_account_id') }} as parent_account_id,
        arg_min(source_key, seniority) as account_key,
        {{ latest('parent_account_source_key') }} as parent_account_key,
        {{ latest('external_key') }} as external_key,

        ----------  account
        {{ latest('account_name') }} as account_name,
        {{ latest('account_number') }} as account_number,
        {{ latest('account_type') }} as account_type,
        {{ latest('account_site') }} as account_site,
        {{ latest('account_description') }} as account_description,
        {{ latest('account_ownership') }} as account_ownership,
        {{ latest('account_owner_id') }} as account_owner_id,
        {{ latest('account_source_type') }} as account_source_type,
        {{ latest('account_phone') }} as account_phone,
        {{ latest('account_fax') }} as account_fax,

        ----------  organisation
        {{ latest('industry') }} as industry,
        {{ latest('website') }} as website,
        {{ latest('domain') }} as domain,
        {{ latest('ticker_symbol') }} as ticker_symbol,
        {{ latest('naics_code') }} as naics_code,
        {{ latest('sic_code') }} as sic_code,
        {{ latest('duns_number') }} as duns_number,
        {{ latest('market_segment') }} as market_segment,
        {{ latest('employees') }} as employees,
        {{ latest('annual_revenue') }} as annual_revenue,
        -- the currency goes with the amount; a copy that names none has its original's
        arg_max(annual_revenue_currency, recency) filter (
            where annual_revenue is not null
        ) as annual_revenue_currency,
        {{ latest('rating') }} as rating,

        ----------  addresses
        {{ latest('billing_street') }} as billing_street,
        {{ latest('billing_city') }} as billing_city,
        {{ latest('billing_state') }} as billing_state,
        {{ latest('billing_postal_code') }} as billing_postal_code,
        {{ latest('billing_country') }} as billing_country,
        {{ latest('shipping_street') }} as shipping_street,
        {{ latest('shipping_city') }} as shipping_city,
        {{ latest('shipping_state') }} as shipping_state,
        {{ latest('shipping_postal_code') }} as shipping_postal_code,
        {{ latest('shipping_country') }} as shipping_country,

        ----------  times
        min(created_at) as created_at,
        max(updated_at) as updated_at,
        max(last_activity_at) as last_activity_at,
        max(loaded_at) as loaded_at
    from ranked
    group by account_id
)

select * from golden
