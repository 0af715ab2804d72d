with

source as (
    select * from {{ lake("marketo", "programs", [
        "name", "type", "description", "status", "channel", "parentProgramId", "sfdcId", "startDate", "endDate", "cost",
        "costs", "createdAt", "updatedAt"
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
        {{ key_of("parentProgramId") }} as parent_campaign_source_key,
        {{ crm_key_of("sfdcId") }} as external_key,

        ----------  attributes
        name as campaign_name,
        type as campaign_type,
        description as campaign_description,
        status as campaign_status,
        channel as channel_name,
        {{ as_timestamp("startDate") }} as campaign_start_date,
        {{ as_timestamp("endDate") }} as campaign_end_date,
        coalesce({{ as_double("cost") }}, {{ sum_of("costs", "cost") }}) as actual_cost,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp("createdAt") }} as created_at,
        {{ as_timestamp("updatedAt") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
