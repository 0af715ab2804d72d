with

source as (
    select * from {{ lake("salesforce", "accountcontactrelation", [
        "AccountId", "ContactId", "Roles", "IsDirect", "IsActive", "StartDate", "EndDate",
        "CreatedDate", "LastModifiedDate", "SystemModstamp"
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
        {{ salesforce_key_of("AccountId") }} as account_source_key,
        {{ salesforce_key_of("ContactId") }} as person_source_key,

        ----------  attributes
        {{ as_list("Roles", ";") }} as person_roles,
        person_roles[1] as person_role,
        coalesce({{ as_boolean("IsDirect") }}, false) as is_direct,
        coalesce({{ as_boolean("IsActive") }}, false) as is_active,
        is_direct as is_primary,
        {{ as_timestamp("StartDate") }} as relation_start_date,
        {{ as_timestamp("EndDate") }} as relation_end_date,
        'Salesforce AccountContactRelation' as relationship_source,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp("CreatedDate") }} as created_at,
        {{ as_timestamp("coalesce(SystemModstamp, LastModifiedDate)") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
