with

salesforce_accounts as (
    select * from {{ ref("stg_salesforce__accounts") }}
),

marketo_companies as (
    select * from {{ ref("stg_marketo__companies") }}
),

marketo_named_accounts as (
    select * from {{ ref("stg_marketo__named_accounts") }}
),

hubspot_companies as (
    select * from {{ ref("stg_hubspot__companies") }}
),

accounts as (
    select * from {{ ref("stg_table__accounts") }}
),

aliases as (
    select * from {{ ref("int_aliases") }}
),

unioned as (
    select * from salesforce_accounts
    union all by name
    select * from marketo_companies
    union all by name
    select * from marketo_named_accounts
    union all by name
    select * from hubspot_companies
    union all by name
    select * from accounts
)

select
    unioned.source_key,
    unioned.source_type,
    unioned.source_name,
    unioned.record_id,
    unioned.external_key,
    unioned.is_deleted,
    coalesce(parent_account_alias.source_key, unioned.parent_account_source_key) as parent_account_source_key,
    unioned.merged_into_source_key,
    unioned.crm_ids,
    unioned.account_name,
    unioned.account_number,
    unioned.account_type,
    unioned.account_site,
    unioned.account_description,
    unioned.account_ownership,
    unioned.account_owner_id,
    unioned.account_source_type,
    unioned.account_phone,
    unioned.account_fax,
    unioned.industry,
    unioned.website,
    unioned.domain,
    unioned.ticker_symbol,
    unioned.naics_code,
    unioned.sic_code,
    unioned.duns_number,
    unioned.market_segment,
    unioned.employees,
    unioned.annual_revenue,
    unioned.annual_revenue_currency,
    unioned.rating,
    unioned.billing_street,
    unioned.billing_city,
    unioned.billing_state,
    unioned.billing_postal_code,
    unioned.billing_country,
    unioned.shipping_street,
    unioned.shipping_city,
    unioned.shipping_state,
    unioned.shipping_postal_code,
    unioned.shipping_country,
    unioned.last_activity_at,
    unioned.created_at,
    unioned.updated_at,
    unioned.loaded_at
from unioned
left join aliases as parent_account_alias
    on
        parent_account_alias.object = 'account'
        and lower(unioned.parent_account_source_key) = parent_account_alias.alias_key
