with

source as (
    select * from {{ lake("salesforce", "campaign", [
        "Name", "ParentId", "Type", "Description", "Status", "StartDate", "EndDate", "IsActive",
        "ExpectedRevenue", "BudgetedCost", "ActualCost", "CreatedDate", "LastModifiedDate", "SystemModstamp"
    ]) }}
),

newest as (
    select
        *,
        {{ salesforce_id("_row_id") }} as record_id
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
        {{ salesforce_key_of("ParentId") }} as parent_campaign_source_key,

        ----------  attributes
        Name as campaign_name,
        Type as campaign_type,
        Description as campaign_description,
        Status as campaign_status,
        {{ as_timestamp("StartDate") }} as campaign_start_date,
        {{ as_timestamp("EndDate") }} as campaign_end_date,
        coalesce({{ as_boolean("IsActive") }}, false) as is_active,
        {{ as_double("ExpectedRevenue") }} as expected_revenue,
        {{ as_double("BudgetedCost") }} as budgeted_cost,
        {{ as_double("ActualCost") }} as actual_cost,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp("CreatedDate") }} as created_at,
        {{ as_timestamp("coalesce(SystemModstamp, LastModifiedDate)") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
