with

source as (
    select * from {{ lake("table", "campaign", [
        ["parentCampaignKey.sourceKey", "parentCampaignKey.sourceID", "parentCampaignID"],
        "extSourceSystemAudit.externalKey.sourceKey", "campaignName", "campaignType", "campaignDescription",
        "campaignStatus", "channelName", "campaignStartDate", "campaignEndDate", "isActive",
        "expectedRevenue.amount", "budgetedCost.amount", "actualCost.amount", "extSourceSystemAudit.createdDate",
        "extSourceSystemAudit.lastUpdatedDate"
    ]) }}
),

newest as (
    select
        *,
        {{ record_id("_row_id") }} as record_id
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
        {{ table_key_of('"parentCampaignKey.sourceKey"') }} as parent_campaign_source_key,
        "extSourceSystemAudit.externalKey.sourceKey" as external_key,

        ----------  attributes
        campaignName as campaign_name,
        campaignType as campaign_type,
        campaignDescription as campaign_description,
        campaignStatus as campaign_status,
        channelName as channel_name,
        {{ as_timestamp("campaignStartDate") }} as campaign_start_date,
        {{ as_timestamp("campaignEndDate") }} as campaign_end_date,
        {{ as_boolean("isActive") }} as is_active,
        {{ as_double('"expectedRevenue.amount"') }} as expected_revenue,
        {{ as_double('"budgetedCost.amount"') }} as budgeted_cost,
        {{ as_double('"actualCost.amount"') }} as actual_cost,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp('"extSourceSystemAudit.createdDate"') }} as created_at,
        {{ as_timestamp('"extSourceSystemAudit.lastUpdatedDate"') }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
