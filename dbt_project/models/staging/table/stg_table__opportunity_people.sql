with

source as (
    select * from {{ lake("table", "opportunity_person", [
        ["opportunityKey.sourceKey", "opportunityKey.sourceID", "opportunityID"],
        ["personKey.sourceKey", "personKey.sourceID", "personID"], "extSourceSystemAudit.externalKey.sourceKey",
        "personRole", "isPrimary", "extSourceSystemAudit.createdDate", "extSourceSystemAudit.lastUpdatedDate"
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
        {{ table_key_of('"opportunityKey.sourceKey"') }} as opportunity_source_key,
        {{ table_key_of('"personKey.sourceKey"') }} as person_source_key,
        "extSourceSystemAudit.externalKey.sourceKey" as external_key,

        ----------  attributes
        personRole as person_role,
        {{ as_boolean("isPrimary") }} as is_primary,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp('"extSourceSystemAudit.createdDate"') }} as created_at,
        {{ as_timestamp('"extSourceSystemAudit.lastUpdatedDate"') }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
