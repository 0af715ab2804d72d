with

source as (
    select * from {{ lake("salesforce", "campaignmember", [
        "CampaignId", "ContactId", "LeadId", "LeadOrContactId", "Status", "HasResponded", "FirstRespondedDate",
        "CreatedDate", "LastModifiedDate", "SystemModstamp"
    ]) }}
),

newest as (
    select
        *,
        {{ salesforce_id("_row_id") }} as record_id,
        -- A converted lead keeps its membership, which then names the contact as well.
        coalesce(
            {{ salesforce_id("ContactId") }}, {{ salesforce_id_of("lead", "LeadId") }},
            {{ salesforce_id("LeadOrContactId") }}
        ) as person_id
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
        {{ salesforce_key_of("CampaignId") }} as campaign_source_key,
        {{ source_key("person_id") }} as person_source_key,

        ----------  attributes
        Status as member_status,
        coalesce({{ as_boolean("HasResponded") }}, FirstRespondedDate is not null) as has_responded,
        {{ as_timestamp("FirstRespondedDate") }} as first_responded_date,
        {{ as_timestamp("CreatedDate") }} as membership_date,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp("CreatedDate") }} as created_at,
        {{ as_timestamp("coalesce(SystemModstamp, LastModifiedDate)") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
