with

source as (
    select * from {{ lake("salesforce", "opportunity", [
        "AccountId", "CampaignId", "ContactId", "Name", "Description", "Type", "StageName", "Status",
        "Amount", "CurrencyIsoCode", "ExpectedRevenue", "CloseDate", "FiscalYear", "FiscalQuarter",
        "ForecastCategory", "ForecastCategoryName", "IsClosed", "IsWon", "Probability", "TotalOpportunityQuantity",
        "LeadSource", "NextStep", "LastActivityDate", "CreatedDate", "LastModifiedDate", "SystemModstamp"
    ]) }}
),

newest as (
    select
        *,
        {{ salesforce_id("_row_id") }} as record_id,
        coalesce({{ stage_outcome("StageName") }}, {{ stage_outcome("Status") }}) as outcome
    from source
    qualify {{ newest_row() }}
),

renamed as (
    select
        ----------  keys
        {{ source_key("record_id") }} as source_key,
        _type as source_type,
        _source as source_name,
        record_id,
        {{ salesforce_key_of("trim(_alias)") }} as alias_key,
        {{ salesforce_key_of("AccountId") }} as account_source_key,
        {{ salesforce_key_of("CampaignId") }} as campaign_source_key,
        {{ salesforce_key_of("ContactId") }} as primary_contact_source_key,

        ----------  attributes
        Name as opportunity_name,
        Description as opportunity_description,
        Type as opportunity_type,
        StageName as opportunity_stage,
        {{ as_double("Amount") }} as amount,
        CurrencyIsoCode as amount_currency,
        {{ as_double("ExpectedRevenue") }} as expected_revenue,
        {{ as_date("CloseDate") }} as expected_close_date,
        {{ as_bigint("FiscalYear") }} as fiscal_year,
        FiscalQuarter as fiscal_quarter,
        ForecastCategory as forecast_category,
        ForecastCategoryName as forecast_category_name,
        -- Exports write false as blank, and some carry no flags at all.
        coalesce({{ as_boolean("IsClosed") }}, outcome is not null) as is_closed,
        coalesce({{ as_boolean("IsWon") }}, outcome is not null and outcome = 'won') as is_won,
        case when is_closed then {{ as_timestamp("CloseDate") }} end as actual_close_date,
        {{ as_double("Probability") }} as probability,
        {{ as_double("TotalOpportunityQuantity") }} as quantity,
        LeadSource as lead_source,
        NextStep as next_step,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp("LastActivityDate") }} as last_activity_at,
        {{ as_timestamp("CreatedDate") }} as created_at,
        {{ as_timestamp("coalesce(SystemModstamp, LastModifiedDate)") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
