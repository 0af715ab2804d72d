{%- set policies = merge_policies('account') -%}

with fragments as (
    select * from {{ ref('int_account_fragments') }}
),

golden as (
    select
        ----------  ids
        account_id,
        {{ survivor('parent_account_id', policies) }} as parent_account_id,
        arg_min(source_key, seniority) as account_key,
        {{ survivor('parent_account_key', policies) }} as parent_account_key,
        {{ survivor('external_key', policies) }} as external_key,

        ----------  account
        {{ survivor('account_name', policies) }} as account_name,
        {{ survivor('account_number', policies) }} as account_number,
        {{ survivor('account_type', policies) }} as account_type,
        {{ survivor('account_site', policies) }} as account_site,
        {{ survivor('account_description', policies) }} as account_description,
        {{ survivor('account_ownership', policies) }} as account_ownership,
        {{ survivor('account_owner_id', policies) }} as account_owner_id,
        {{ survivor('account_source_type', policies) }} as account_source_type,
        {{ survivor('account_phone', policies) }} as account_phone,
        {{ survivor('account_fax', policies) }} as account_fax,

        ----------  organisation
        {{ survivor('industry', policies) }} as industry,
        {{ survivor('website', policies) }} as website,
        {{ survivor('domain', policies) }} as domain,
        {{ survivor('ticker_symbol', policies) }} as ticker_symbol,
        {{ survivor('naics_code', policies) }} as naics_code,
        {{ survivor('sic_code', policies) }} as sic_code,
        {{ survivor('duns_number', policies) }} as duns_number,
        {{ survivor('market_segment', policies) }} as market_segment,
        {{ survivor('employees', policies) }} as employees,
        {{ survivor('annual_revenue', policies) }} as annual_revenue,
        {{ survivor('annual_revenue_currency', policies) }} as annual_revenue_currency,
        {{ survivor('rating', policies) }} as rating,

        ----------  addresses
        {{ survivor('billing_street', policies) }} as billing_street,
        {{ survivor('billing_city', policies) }} as billing_city,
        {{ survivor('billing_state', policies) }} as billing_state,
        {{ survivor('billing_postal_code', policies) }} as billing_postal_code,
        {{ survivor('billing_country', policies) }} as billing_country,
        {{ survivor('shipping_street', policies) }} as shipping_street,
        {{ survivor('shipping_city', policies) }} as shipping_city,
        {{ survivor('shipping_state', policies) }} as shipping_state,
        {{ survivor('shipping_postal_code', policies) }} as shipping_postal_code,
        {{ survivor('shipping_country', policies) }} as shipping_country,

        ----------  times
        min(created_at) as created_at,
        max(updated_at) as updated_at,
        max(last_activity_at) as last_activity_at,
        max(loaded_at) as loaded_at
    from fragments
    group by account_id
),

roots as (
    select * from {{ ref('int_account_roots') }}
)

select
    golden.*,
    {{ in_organisation_currency('golden.annual_revenue', 'golden.annual_revenue_currency') }}
        as annual_revenue_converted,
    roots.ultimate_parent_account_id,
    roots.hierarchy_depth,
    roots.is_in_parent_cycle
from golden
inner join roots on golden.account_id = roots.account_id
