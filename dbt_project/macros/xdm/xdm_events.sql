{#-
Events in the shape of XDM ExperienceEvents, whichever vendor's lake folder they lie in: columns named by XDM path,
nested JSON, or both. What an event is known by goes to `identities`, whether it names a person or not.
Calls of Segment's specification (`type`, `event`, `properties`, `context`, `traits`) are read as they are, too.
-#}
{% macro xdm_events(vendor, object) -%}
{%- set identity_columns = lake_identity_columns(vendor, object) -%}
{%- set segment_emails = ["traits.email", "context.traits.email", "properties.email"] if vendor == "events" else [] -%}
with

source as (
    select * from {{ lake(vendor, object, [
        "eventType", "timestamp", "producedBy", "event", "type", "name",
        ["personKey.sourceKey", "personKey.sourceID", "personID"],
        ["accountKey.sourceKey", "accountKey.sourceID", "accountID"],
        ["opportunityEvent.opportunityKey.sourceKey", "opportunityEvent.opportunityID", "opportunityKey.sourceKey"],
        ["leadOperation.campaignProgression.campaignKey.sourceKey", "leadOperation.addToCampaign.campaignKey.sourceKey",
         "campaignKey.sourceKey", "campaignID"],
        ["listOperations.listKey.sourceKey", "listOperations.listID"],
        ["web.webPageDetails.name", "properties.title", "context.page.title"],
        ["web.webPageDetails.URL", "properties.url", "context.page.url"],
        ["web.webReferrer.URL", "properties.referrer", "context.page.referrer"],
        ["web.webInteraction.linkURL", "directMarketing.linkURL"], "web.fillOutForm.webFormName",
        "directMarketing.mailingName", ["activitySubject", "leadOperation.interestingMoment.description"],
        "extSourceSystemAudit.lastUpdatedDate"
    ] + identity_columns + segment_emails) }}
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
        {{ table_key_of('"personKey.sourceKey"') }} as person_source_key,
        {{ table_key_of('"accountKey.sourceKey"') }} as account_source_key,
        {{ table_key_of('"opportunityEvent.opportunityKey.sourceKey"') }} as opportunity_source_key,
        {{ table_key_of('"leadOperation.campaignProgression.campaignKey.sourceKey"') }} as campaign_source_key,
        {{ table_key_of('"listOperations.listKey.sourceKey"') }} as marketing_list_source_key,
        {{ identities(identity_columns + segment_emails) }} as identities,
        {{ values_of("ECID", "identities") }}[1] as ecid,

        ----------  attributes
        {% if vendor == "events" -%}
        coalesce("eventType", event, case type when 'page' then 'web.webpagedetails.pageViews' else type end)
        {%- else -%}
        coalesce("eventType", 'table.' || lower(regexp_extract(parse_filename(_file), '^[A-Za-z]+(?:[-_ ][A-Za-z]+)*')))
        {%- endif %} as event_type,
        {{ as_timestamp('"timestamp"') }} as occurred_at,
        {{ "coalesce(case when type in ('page', 'screen') then name end, \"web.webPageDetails.name\")" if vendor == "events"
            else '"web.webPageDetails.name"' }} as page_name,
        "web.webPageDetails.URL" as page_url,
        "web.webReferrer.URL" as referrer_url,
        "web.webInteraction.linkURL" as link_url,
        "web.fillOutForm.webFormName" as form_name,
        "directMarketing.mailingName" as mailing_name,
        "activitySubject" as subject,
        "producedBy" as producer,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        occurred_at as created_at,
        {{ as_timestamp('"extSourceSystemAudit.lastUpdatedDate"') }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
{%- endmacro %}
