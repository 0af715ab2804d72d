{#-
Events in the shape of XDM ExperienceEvents, whichever vendor's lake folder they lie in: columns named by XDM path,
nested JSON, or both. What an event is known by goes to `identities`, whether it names a person or not.
-#}
{% macro xdm_events(vendor, object) -%}
{%- set identity_columns = lake_identity_columns(vendor, object) -%}
with

source as (
    select * from {{ lake(vendor, object, [
        "eventType", "timestamp", "producedBy",
        ["personKey.sourceKey", "personKey.sourceID", "personID"],
        ["accountKey.sourceKey", "accountKey.sourceID", "accountID"],
        ["opportunityEvent.opportunityKey.sourceKey", "opportunityEvent.opportunityID", "opportunityKey.sourceKey"],
        ["leadOperation.campaignProgression.campaignKey.sourceKey", "leadOperation.addToCampaign.campaignKey.sourceKey",
         "campaignKey.sourceKey", "campaignID"],
        ["listOperations.listKey.sourceKey", "listOperations.listID"],
        "web.webPageDetails.name", "web.webPageDetails.URL", "web.webReferrer.URL",
        ["web.webInteraction.linkURL", "directMarketing.linkURL"], "web.fillOutForm.webFormName",
        "directMarketing.mailingName", ["activitySubject", "leadOperation.interestingMoment.description"],
        "extSourceSystemAudit.lastUpdatedDate"
    ] + identity_columns) }}
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
        {{ identities(identity_columns) }} as identities,
        {{ values_of("ECID", "identities") }}[1] as ecid,

        ----------  attributes
        "eventType" as event_type,
        {{ as_timestamp('"timestamp"') }} as occurred_at,
        "web.webPageDetails.name" as page_name,
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
