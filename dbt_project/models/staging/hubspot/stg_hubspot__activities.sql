with

source as (
    select * from {{ lake("hubspot", "activities", [
        ["hs_activity_type", "type", "Activity type", "eventType"],
        ["hs_timestamp", "Activity date", "timestamp", "created", "createdAt", "hs_createdate"],
        ["hs_email_subject", "subject"], ["hs_meeting_title", "title"], "hs_call_title", "hs_task_subject",
        ["page_url", "hs_url", "url"], ["page_title", "hs_title"], ["referrer", "hs_referrer"],
        "link_url", "form_name", ["email_campaign_name", "emailCampaignName"],
        ["associatedcontactid", "contact_id"], "Associated Contact IDs",
        ["associatedcompanyid", "company_id"], "Associated Company IDs",
        ["associateddealid", "deal_id"], "Associated Deal IDs", "associations", "recipient",
        ["hs_lastmodifieddate", "updatedAt"]
    ]) }}
),

newest as (
    select
        *,
        {{ record_id("_row_id") }} as record_id,
        -- The API keeps each kind of engagement apart and does not repeat it in the records: meetings.json.
        lower(coalesce(
            hs_activity_type,
            nullif(regexp_extract(
                lower(parse_filename(_file)), '(email|meeting|call|note|task|communication)(s?)([^a-z]|$)', 1
            ), '')
        )) as activity_type
    from source
    qualify {{ newest_row() }}
),

activity_types as (
    select * from {{ ref("hubspot_activity_types") }}
),

renamed as (
    select
        ----------  keys
        {{ source_key("newest.record_id") }} as source_key,
        newest._type as source_type,
        newest._source as source_name,
        newest.record_id,
        {{ hubspot_keys("associatedcontactid", '"Associated Contact IDs"', "contacts") }} as contact_source_keys,
        {{ hubspot_keys("associatedcompanyid", '"Associated Company IDs"', "companies") }} as company_source_keys,
        {{ hubspot_keys("associateddealid", '"Associated Deal IDs"', "deals") }} as deal_source_keys,
        {{ identities_of("Email", "nullif([" ~ as_email("recipient") ~ "], [null])") }} as identities,

        ----------  attributes
        coalesce(activity_types.event_type, 'hubspot.' || newest.activity_type) as event_type,
        {{ as_timestamp("newest.hs_timestamp") }} as occurred_at,
        newest.page_title as page_name,
        newest.page_url,
        newest.referrer as referrer_url,
        newest.link_url,
        newest.form_name,
        newest.email_campaign_name as mailing_name,
        coalesce(newest.hs_email_subject, newest.hs_meeting_title, newest.hs_call_title, newest.hs_task_subject)
            as subject,
        'HubSpot' as producer,

        ----------  state
        coalesce(newest._deleted, false) as is_deleted,
        occurred_at as created_at,
        {{ as_timestamp("newest.hs_lastmodifieddate") }} as updated_at,
        newest._loaded_at as loaded_at
    from newest
    left join activity_types
        on newest.activity_type = activity_types.activity_type
)

select * from renamed
