with

source as (
    select * from {{ lake("hubspot", "deals", [
        "dealname", "description", "dealtype", "dealstage", "deal_status", "amount", "deal_currency_code",
        "hs_projected_amount", "closedate", "hs_is_closed", "hs_is_closed_won", "hs_deal_stage_probability",
        ["hs_forecast_category", "hs_manual_forecast_category"], "hs_analytics_source", "hs_next_step",
        "associatedcompanyid", "Associated Company IDs", "associatedcontactid", "Associated Contact IDs",
        "associations", "hs_salesforceopportunityid",
        "notes_last_updated", ["createdate", "createdAt"], ["hs_lastmodifieddate", "lastmodifieddate", "updatedAt"]
    ]) }}
),

newest as (
    select
        *,
        {{ record_id("_row_id") }} as record_id,
        coalesce({{ stage_outcome("dealstage") }}, {{ stage_outcome("deal_status") }}) as outcome,
        {{ as_double("hs_deal_stage_probability") }} as stage_probability
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
        {{ hubspot_keys("associatedcompanyid", '"Associated Company IDs"', "companies") }} as company_source_keys,
        {{ hubspot_keys("associatedcontactid", '"Associated Contact IDs"', "contacts") }} as contact_source_keys,
        {{ crm_key_of("hs_salesforceopportunityid") }} as external_key,

        ----------  attributes
        dealname as opportunity_name,
        description as opportunity_description,
        dealtype as opportunity_type,
        dealstage as opportunity_stage,
        {{ as_double("amount") }} as amount,
        deal_currency_code as amount_currency,
        {{ as_double("hs_projected_amount") }} as expected_revenue,
        {{ as_date("closedate") }} as expected_close_date,
        coalesce(
            {{ as_boolean("hs_is_closed") }}, nullif({{ as_boolean("hs_is_closed_won") }}, false), outcome is not null
        ) as is_closed,
        coalesce({{ as_boolean("hs_is_closed_won") }}, outcome is not null and outcome = 'won') as is_won,
        case when is_closed then {{ as_timestamp("closedate") }} end as actual_close_date,
        hs_forecast_category as forecast_category,
        -- HubSpot keeps the probability as a share of one.
        case when stage_probability <= 1 then 100 * stage_probability else stage_probability end as probability,
        hs_analytics_source as lead_source,
        hs_next_step as next_step,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp("notes_last_updated") }} as last_activity_at,
        {{ as_timestamp("createdate") }} as created_at,
        {{ as_timestamp("hs_lastmodifieddate") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
