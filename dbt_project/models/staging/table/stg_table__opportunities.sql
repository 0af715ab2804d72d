with

source as (
    select * from {{ lake("table", "opportunity", [
        ["accountKey.sourceKey", "accountKey.sourceID", "accountID"],
        ["campaignKey.sourceKey", "campaignKey.sourceID", "campaignID"],
        "extSourceSystemAudit.externalKey.sourceKey", "opportunityName", "opportunityDescription", "opportunityType",
        "opportunityStage", "opportunityAmount.amount", "opportunityAmount.currencyCode", "expectedRevenue.amount",
        "expectedCloseDate", "actualCloseDate", "fiscalYear", "fiscalQuarter", "forecastCategory",
        "forecastCategoryName", "isClosed", "isWon", "probabilityPercentage", "opportunityQuantity", "leadSource",
        "nextStep", ["lastActivityDate", "extSourceSystemAudit.lastActivityDate"],
        "extSourceSystemAudit.createdDate", "extSourceSystemAudit.lastUpdatedDate"
    ]) }}
),

newest as (
    select
        *,
        {{ record_id("_row_id") }} as record_id,
        {{ stage_outcome("opportunityStage") }} as outcome
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
        {{ key_of("trim(_alias)") }} as alias_key,
        {{ table_key_of('"accountKey.sourceKey"') }} as account_source_key,
        {{ table_key_of('"campaignKey.sourceKey"') }} as campaign_source_key,
        "extSourceSystemAudit.externalKey.sourceKey" as external_key,

        ----------  attributes
        opportunityName as opportunity_name,
        opportunityDescription as opportunity_description,
        opportunityType as opportunity_type,
        opportunityStage as opportunity_stage,
        {{ as_double('"opportunityAmount.amount"') }} as amount,
        "opportunityAmount.currencyCode" as amount_currency,
        {{ as_double('"expectedRevenue.amount"') }} as expected_revenue,
        {{ as_date("expectedCloseDate") }} as expected_close_date,
        {{ as_timestamp("actualCloseDate") }} as actual_close_date,
        {{ as_bigint("fiscalYear") }} as fiscal_year,
        fiscalQuarter as fiscal_quarter,
        forecastCategory as forecast_category,
        forecastCategoryName as forecast_category_name,
        coalesce({{ as_boolean("isClosed") }}, outcome is not null) as is_closed,
        coalesce({{ as_boolean("isWon") }}, outcome is not null and outcome = 'won') as is_won,
        {{ as_double("probabilityPercentage") }} as probability,
        {{ as_double("opportunityQuantity") }} as quantity,
        leadSource as lead_source,
        nextStep as next_step,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp("lastActivityDate") }} as last_activity_at,
        {{ as_timestamp('"extSourceSystemAudit.createdDate"') }} as created_at,
        {{ as_timestamp('"extSourceSystemAudit.lastUpdatedDate"') }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
