with

source as (
    select * from {{ lake("marketo", "opportunity_roles", [
        ["mktoCdpOpptyId", "opportunityId"], "externalOpportunityId", "mktoCdpSfdcId", "leadId", "role", "isPrimary",
        "externalCreatedDate", "createdAt", "updatedAt"
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
        {{ key_of("mktoCdpOpptyId") }} as opportunity_source_key,
        externalOpportunityId as external_opportunity_id,
        {{ key_of("leadId") }} as person_source_key,
        {{ crm_key_of("mktoCdpSfdcId") }} as external_key,

        ----------  attributes
        role as person_role,
        {{ as_boolean("isPrimary") }} as is_primary,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp("coalesce(createdAt, externalCreatedDate)") }} as created_at,
        {{ as_timestamp("updatedAt") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
