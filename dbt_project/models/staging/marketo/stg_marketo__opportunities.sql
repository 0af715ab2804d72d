with

source as (
    select * from {{ lake("marketo", "opportunities", [
        "externalOpportunityId", "sfdcId", ["mktoCdpAccountOrgId", "companyId"], "externalCompanyId",
        "name", "description", "type", "stage", "amount", "currencyCode", "expectedRevenue",
        "closeDate", "externalCreatedDate", "fiscalYear", "fiscalQuarter",
        "forecastCategory", "forecastCategoryName", "isClosed", "isWon", "probability", "quantity", "leadSource",
        "nextStep", "lastActivityDate", "createdAt", "updatedAt"
    ]) }}
),

newest as (
    select
        *,
        {{ record_id("_row_id") }} as record_id,
        {{ stage_outcome("stage") }} as outcome
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
        {{ source_key(record_id("mktoCdpAccountOrgId") ~ " || '.mkto_org'") }} as account_source_key,
        {{ crm_key_of("coalesce(sfdcId, externalOpportunityId)") }} as external_key,
        externalOpportunityId as external_opportunity_id,
        externalCompanyId as external_company_id,

        ----------  attributes
        name as opportunity_name,
        description as opportunity_description,
        type as opportunity_type,
        stage as opportunity_stage,
        {{ as_double("amount") }} as amount,
        currencyCode as amount_currency,
        {{ as_double("expectedRevenue") }} as expected_revenue,
        {{ as_date("closeDate") }} as expected_close_date,
        {{ as_bigint("fiscalYear") }} as fiscal_year,
        fiscalQuarter as fiscal_quarter,
        forecastCategory as forecast_category,
        forecastCategoryName as forecast_category_name,
        coalesce({{ as_boolean("isClosed") }}, outcome is not null) as is_closed,
        coalesce({{ as_boolean("isWon") }}, outcome is not null and outcome = 'won') as is_won,
        case when is_closed then {{ as_timestamp("closeDate") }} end as actual_close_date,
        {{ as_double("probability") }} as probability,
        {{ as_double("quantity") }} as quantity,
        leadSource as lead_source,
        nextStep as next_step,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp("lastActivityDate") }} as last_activity_at,
        {{ as_timestamp("coalesce(createdAt, externalCreatedDate)") }} as created_at,
        {{ as_timestamp("updatedAt") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
