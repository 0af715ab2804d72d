with

source as (
    select * from {{ lake("hubspot", "associations", [
        "fromObjectType", "fromObjectId", "toObjectType", "toObjectId",
        "contact_id", "company_id", "deal_id", ["engagement_id", "activity_id"],
        "label", ["typeId", "associationTypeId"]
    ]) }}
),

newest as (
    select
        *,
        {{ record_id("_row_id") }} as record_id
    from source
    qualify {{ newest_row() }}
),

-- A file names the two ends either as `from` and `to`, or by a column for each object: contact_id, deal_id.
ends as (
    select
        *,
        case
            when fromObjectId is not null then {{ hubspot_object("fromObjectType") }}
            when engagement_id is not null then 'activity'
            when deal_id is not null then 'deal'
            when contact_id is not null then 'contact'
        end as from_object,
        coalesce(fromObjectId, engagement_id, deal_id, contact_id) as from_id,
        case
            when toObjectId is not null then {{ hubspot_object("toObjectType") }}
            when company_id is not null then 'company'
            when contact_id is not null and from_object != 'contact' then 'contact'
            when deal_id is not null and from_object != 'deal' then 'deal'
        end as to_object,
        coalesce(
            toObjectId, company_id,
            case to_object when 'contact' then contact_id when 'deal' then deal_id end
        ) as to_id
    from newest
),

renamed as (
    select
        ----------  keys
        {{ source_key("record_id") }} as source_key,
        _type as source_type,
        _source as source_name,
        record_id,
        from_object,
        {{ key_of("from_id") }} as from_source_key,
        to_object,
        {{ key_of("to_id") }} as to_source_key,

        ----------  attributes
        label,
        -- The primary company has association types of its own: 1 for contacts, 5 for deals.
        coalesce({{ record_id("typeId") }} in ('1', '5') or lower(label) = 'primary', false) as is_primary,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        _loaded_at as loaded_at
    from ends
    where from_id is not null and to_id is not null and from_object is not null and to_object is not null
)

select * from renamed
