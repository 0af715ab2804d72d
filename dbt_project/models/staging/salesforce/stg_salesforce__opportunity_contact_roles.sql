with

source as (
    select * from {{ lake("salesforce", "opportunitycontactrole", [
        "OpportunityId", "ContactId", "Role", "IsPrimary", "CreatedDate", "LastModifiedDate", "SystemModstamp"
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
        {{ salesforce_key_of("OpportunityId") }} as opportunity_source_key,
        {{ salesforce_key_of("ContactId") }} as person_source_key,

        ----------  attributes
        Role as person_role,
        coalesce({{ as_boolean("IsPrimary") }}, false) as is_primary,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp("CreatedDate") }} as created_at,
        {{ as_timestamp("coalesce(SystemModstamp, LastModifiedDate)") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
