with

source as (
    select * from {{ lake("hubspot", "lists", ["name", "description", "createdAt", "updatedAt"]) }}
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

        ----------  attributes
        name as marketing_list_name,
        description as marketing_list_description,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp("createdAt") }} as created_at,
        {{ as_timestamp("updatedAt") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
