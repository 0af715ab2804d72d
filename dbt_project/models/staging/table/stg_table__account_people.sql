with

source as (
    select * from {{ lake("table", "account_person", [
        ["accountKey.sourceKey", "accountKey.sourceID", "accountID"],
        ["personKey.sourceKey", "personKey.sourceID", "personID"], "extSourceSystemAudit.externalKey.sourceKey",
        "personRoles", "personRole", "isDirect", "isActive", "isPrimary", "relationStartDate", "relationEndDate",
        "relationshipSource", "extSourceSystemAudit.createdDate", "extSourceSystemAudit.lastUpdatedDate"
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
        {{ table_key_of('"accountKey.sourceKey"') }} as account_source_key,
        {{ table_key_of('"personKey.sourceKey"') }} as person_source_key,
        "extSourceSystemAudit.externalKey.sourceKey" as external_key,

        ----------  attributes
        {{ as_list("personRoles", ";,|") }} as person_roles,
        coalesce(personRole, person_roles[1]) as person_role,
        {{ as_boolean("isDirect") }} as is_direct,
        {{ as_boolean("isActive") }} as is_active,
        {{ as_boolean("isPrimary") }} as is_primary,
        {{ as_timestamp("relationStartDate") }} as relation_start_date,
        {{ as_timestamp("relationEndDate") }} as relation_end_date,
        relationshipSource as relationship_source,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp('"extSourceSystemAudit.createdDate"') }} as created_at,
        {{ as_timestamp('"extSourceSystemAudit.lastUpdatedDate"') }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
