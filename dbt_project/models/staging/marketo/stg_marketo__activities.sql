with

source as (
    select * from {{ lake("marketo", "activities", [
        "leadId", "activityDate", "activityTypeId", "primaryAttributeValueId", "primaryAttributeValue", "attributes",
        "Webpage URL", "Referrer URL", "Link", "Description", "Merge IDs"
    ]) }}
),

newest as (
    select
        *,
        {{ record_id("_row_id") }} as record_id,
        {{ record_id("activityTypeId") }} as activity_type_id,
        coalesce({{ marketo_attribute("attributes", "Webpage URL") }}, "Webpage URL") as webpage_url,
        coalesce({{ marketo_attribute("attributes", "Referrer URL") }}, "Referrer URL") as referrer_url,
        coalesce({{ marketo_attribute("attributes", "Link") }}, Link) as clicked_link,
        coalesce({{ marketo_attribute("attributes", "Description") }}, Description) as moment,
        coalesce({{ marketo_attribute("attributes", "Merge IDs") }}, "Merge IDs") as merge_ids
    from source
    qualify {{ newest_row() }}
),

activity_types as (
    select * from {{ ref("marketo_activity_types") }}
),

renamed as (
    select
        ----------  keys
        {{ source_key("newest.record_id") }} as source_key,
        newest._type as source_type,
        newest._source as source_name,
        newest.record_id,
        {{ key_of("newest.leadId") }} as person_source_key,
        case activity_types.primary_attribute
            when 'program' then {{ key_of("newest.primaryAttributeValueId") }}
        end as campaign_source_key,
        case activity_types.primary_attribute
            when 'list' then {{ key_of("newest.primaryAttributeValueId") }}
        end as marketing_list_source_key,
        case activity_types.primary_attribute
            when 'opportunity' then {{ key_of("newest.primaryAttributeValueId") }}
        end as opportunity_source_key,

        ----------  attributes
        newest.activity_type_id,
        coalesce(activity_types.event_type, 'marketo.activity.' || newest.activity_type_id) as event_type,
        {{ as_timestamp("newest.activityDate") }} as occurred_at,
        case activity_types.primary_attribute when 'web_page' then newest.primaryAttributeValue end as page_name,
        newest.webpage_url as page_url,
        newest.referrer_url,
        coalesce(
            newest.clicked_link,
            case activity_types.primary_attribute when 'link' then newest.primaryAttributeValue end
        ) as link_url,
        case activity_types.primary_attribute when 'form' then newest.primaryAttributeValue end as form_name,
        case activity_types.primary_attribute when 'mailing' then newest.primaryAttributeValue end as mailing_name,
        newest.moment as subject,
        'Marketo' as producer,
        list_transform(
            {{ as_list("newest.merge_ids") }}, lambda lead_id: {{ source_key("lead_id") }}
        ) as merged_person_source_keys,

        ----------  state
        coalesce(newest._deleted, false) as is_deleted,
        occurred_at as created_at,
        occurred_at as updated_at,
        newest._loaded_at as loaded_at
    from newest
    left join activity_types
        on newest.activity_type_id = activity_types.activity_type_id
)

select * from renamed
