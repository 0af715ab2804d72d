with

source as (
    select * from {{ lake("table", "campaign_member", [
        ["campaignKey.sourceKey", "campaignKey.sourceID", "campaignID"],
        ["personKey.sourceKey", "personKey.sourceID", "personID"], "extSourceSystemAudit.externalKey.sourceKey",
        "memberStatus", "memberStatusReason", "hasResponded", "hasReachedSuccess", "reachedSuccessDate",
        "membershipDate", "firstRespondedDate", "isExhausted", "nurtureCadence", "nurtureTrackName",
        "extSourceSystemAudit.createdDate", "extSourceSystemAudit.lastUpdatedDate"
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
        {{ table_key_of('"campaignKey.sourceKey"') }} as campaign_source_key,
        {{ table_key_of('"personKey.sourceKey"') }} as person_source_key,
        "extSourceSystemAudit.externalKey.sourceKey" as external_key,

        ----------  attributes
        memberStatus as member_status,
        memberStatusReason as member_status_reason,
        {{ as_boolean("hasResponded") }} as has_responded,
        {{ as_boolean("hasReachedSuccess") }} as has_reached_success,
        {{ as_timestamp("reachedSuccessDate") }} as reached_success_date,
        {{ as_timestamp("membershipDate") }} as membership_date,
        {{ as_timestamp("firstRespondedDate") }} as first_responded_date,
        {{ as_boolean("isExhausted") }} as is_exhausted,
        nurtureCadence as nurture_cadence,
        nurtureTrackName as nurture_track_name,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp('"extSourceSystemAudit.createdDate"') }} as created_at,
        {{ as_timestamp('"extSourceSystemAudit.lastUpdatedDate"') }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
