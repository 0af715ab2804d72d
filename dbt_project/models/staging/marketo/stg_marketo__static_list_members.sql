with

source as (
    select * from {{ lake("marketo", "static_list_members", [
        ["listId", "staticListID"], ["leadId", "personID"], ["addedAt", "membershipDate"], "createdAt", "updatedAt"
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
        {{ key_of("leadId") }} as person_source_key,

        ----------  attributes
        {{ as_timestamp("coalesce(addedAt, createdAt)") }} as added_at,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp("createdAt") }} as created_at,
        {{ as_timestamp("updatedAt") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
