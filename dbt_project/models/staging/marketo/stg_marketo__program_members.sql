with

source as (
    select * from {{ lake("marketo", "program_members", [
        "programId", "leadId", ["statusName", "status"], "statusReason",
        "reachedSuccess", "reachedSuccessDate", "membershipDate", "isExhausted", "nurtureCadence", "trackName",
        "crmResponded", "crmFirstRespondedDate", "sfdcId", "createdAt", "updatedAt"
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
        {{ key_of("programId") }} as campaign_source_key,
        {{ key_of("leadId") }} as person_source_key,
        {{ crm_key_of("sfdcId") }} as external_key,

        ----------  attributes
        statusName as member_status,
        statusReason as member_status_reason,
        {{ as_boolean("crmResponded") }} as has_responded,
        {{ as_timestamp("crmFirstRespondedDate") }} as first_responded_date,
        {{ as_boolean("reachedSuccess") }} as has_reached_success,
        {{ as_timestamp("reachedSuccessDate") }} as reached_success_date,
        {{ as_timestamp("coalesce(membershipDate, createdAt)") }} as membership_date,
        {{ as_boolean("isExhausted") }} as is_exhausted,
        nurtureCadence as nurture_cadence,
        trackName as nurture_track_name,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp("createdAt") }} as created_at,
        {{ as_timestamp("updatedAt") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
