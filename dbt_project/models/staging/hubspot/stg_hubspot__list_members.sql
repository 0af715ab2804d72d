with

source as (
    select * from {{ lake("hubspot", "list_members", [
        ["listId", "contact_list_id"], ["contactId", "recordId"], ["membershipTimestamp", "added_at"]
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
        {{ key_of("listId") }} as marketing_list_source_key,
        {{ key_of("contactId") }} as person_source_key,

        ----------  attributes
        {{ as_timestamp("membershipTimestamp") }} as added_at,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        added_at as created_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
