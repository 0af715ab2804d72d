with

salesforce_opportunities as (
    select * from {{ ref("stg_salesforce__opportunities") }}
),

opportunities_in_marketo as (
    select * from {{ ref("stg_marketo__opportunities") }}
),

companies_in_marketo as (
    select * from {{ ref("stg_marketo__companies") }}
),

deals as (
    select * from {{ ref("stg_hubspot__deals") }}
),

hubspot_associations as (
    select * from {{ ref("int_hubspot__associations") }}
),

opportunities as (
    select * from {{ ref("stg_table__opportunities") }}
),

aliases as (
    select * from {{ ref("int_aliases") }}
),

company_ids as (
    select
        source_name,
        external_company_id,
        min(source_key) as company_source_key
    from companies_in_marketo
    where external_company_id is not null
    group by all
),

marketo_opportunities as (
    select
        opportunities_in_marketo.* replace (
            coalesce(opportunities_in_marketo.account_source_key, company_ids.company_source_key) as account_source_key
        )
    from opportunities_in_marketo
    left join company_ids
        on
            opportunities_in_marketo.source_name = company_ids.source_name
            and opportunities_in_marketo.external_company_id = company_ids.external_company_id
),

deal_companies as (
    select
        from_source_key,
        coalesce(min(to_source_key) filter (where is_primary), min(to_source_key)) as account_source_key
    from hubspot_associations
    where from_object = 'deal' and to_object = 'company'
    group by from_source_key
),

hubspot_deals as (
    select
        deals.*,
        deal_companies.account_source_key
    from deals
    left join deal_companies
        on deals.source_key = deal_companies.from_source_key
),

unioned as (
    select * from salesforce_opportunities
    union all by name
    select * from marketo_opportunities
    union all by name
    select * from hubspot_deals
    union all by name
    select * from opportunities
)

select
    unioned.source_key,
    unioned.source_type,
    unioned.source_name,
    unioned.record_id,
    unioned.external_key,
    unioned.is_deleted,
    coalesce(account_alias.source_key, unioned.account_source_key) as account_source_key,
    coalesce(campaign_alias.source_key, unioned.campaign_source_key) as campaign_source_key,
    unioned.opportunity_name,
    unioned.opportunity_description,
    unioned.opportunity_type,
    unioned.opportunity_stage,
    unioned.amount,
    unioned.amount_currency,
    unioned.expected_revenue,
    unioned.expected_close_date,
    unioned.actual_close_date,
    unioned.fiscal_year,
    unioned.fiscal_quarter,
    unioned.forecast_category,
    unioned.forecast_category_name,
    unioned.is_closed,
    unioned.is_won,
    unioned.probability,
    unioned.quantity,
    unioned.lead_source,
    unioned.next_step,
    unioned.last_activity_at,
    unioned.created_at,
    unioned.updated_at,
    unioned.loaded_at
from unioned
left join aliases as account_alias
    on
        account_alias.object = 'account'
        and lower(unioned.account_source_key) = account_alias.alias_key
left join aliases as campaign_alias
    on
        campaign_alias.object = 'campaign'
        and lower(unioned.campaign_source_key) = campaign_alias.alias_key
