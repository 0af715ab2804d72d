{%- set identity_columns = lake_identity_columns("table", "person", ["identityMap", "personalEmail"]) -%}

with

source as (
    select * from {{ lake("table", "person", [
        ["b2b.accountKey.sourceKey", "b2b.accountKey.sourceID", "b2b.accountID"],
        ["b2b.convertedContactKey.sourceKey", "b2b.convertedContactID"],
        "extSourceSystemAudit.externalKey.sourceKey", "b2b.personType", "b2b.personStatus", "b2b.personSource",
        "b2b.personScore", "b2b.personGroupID", "b2b.companyName", "b2b.companyWebsite", "b2b.isConverted",
        "b2b.convertedDate", "b2b.isMarketingSuspended", "b2b.marketingSuspendedCause", "b2b.isBlocked",
        "person.name.firstName", "person.name.middleName", "person.name.lastName", "person.name.fullName",
        "person.name.courtesyTitle", "person.birthDate", "workEmail.address", "workPhone.number",
        "mobilePhone.number", "faxPhone.number", "extendedWorkDetails.jobTitle", "extendedWorkDetails.departments",
        "workAddress.street1", "workAddress.city", "workAddress.state", "workAddress.postalCode",
        "workAddress.country", "consents.marketing.email.val", "consents.marketing.email.reason",
        "consents.marketing.call.val", "extSourceSystemAudit.lastActivityDate", "extSourceSystemAudit.createdDate",
        "extSourceSystemAudit.lastUpdatedDate"
    ] + identity_columns) }}
),

newest as (
    select
        *,
        {{ record_id("_row_id") }} as record_id,
        {{ identities(identity_columns) }} as known_identities
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
        'person' as object,
        {{ table_key_of('"b2b.accountKey.sourceKey"') }} as account_source_key,
        {{ table_key_of('"b2b.convertedContactKey.sourceKey"') }} as converted_contact_source_key,
        "extSourceSystemAudit.externalKey.sourceKey" as external_key,
        {{ values_of('ECID', 'known_identities') }} as ecids,
        {{ values_beside('ECID', 'known_identities') }} as extra_identities,
        {{ as_email('"workEmail.address"') }} as email,

        ----------  attributes
        "b2b.personType" as person_type,
        "b2b.personStatus" as person_status,
        "b2b.personSource" as person_source,
        {{ as_double('"b2b.personScore"') }} as person_score,
        "b2b.personGroupID" as person_group_id,
        "b2b.companyName" as company_name,
        "b2b.companyWebsite" as company_website,
        {{ as_boolean('"b2b.isConverted"') }} as is_converted,
        {{ as_timestamp('"b2b.convertedDate"') }} as converted_at,
        {{ as_boolean('"b2b.isMarketingSuspended"') }} as is_marketing_suspended,
        "b2b.marketingSuspendedCause" as marketing_suspended_cause,
        {{ as_boolean('"b2b.isBlocked"') }} as is_blocked,
        "person.name.firstName" as first_name,
        "person.name.middleName" as middle_name,
        "person.name.lastName" as last_name,
        {{ as_full_name('"person.name.fullName"', '"person.name.firstName"', '"person.name.lastName"') }} as full_name,
        "person.name.courtesyTitle" as courtesy_title,
        {{ as_date('"person.birthDate"') }} as birth_date,
        "workEmail.address" as work_email,
        "workPhone.number" as work_phone,
        "mobilePhone.number" as mobile_phone,
        "faxPhone.number" as fax_phone,
        "extendedWorkDetails.jobTitle" as job_title,
        {{ as_list('"extendedWorkDetails.departments"', ";,|") }} as departments,
        {{ as_line('"workAddress.street1"') }} as work_street,
        "workAddress.city" as work_city,
        "workAddress.state" as work_state,
        "workAddress.postalCode" as work_postal_code,
        {{ as_country('"workAddress.country"') }} as work_country,
        {{ as_consent_choice('"consents.marketing.email.val"') }} as email_consent,
        "consents.marketing.email.reason"[:100] as email_consent_reason,
        {{ as_consent_choice('"consents.marketing.call.val"') }} as call_consent,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp('"extSourceSystemAudit.lastActivityDate"') }} as last_activity_at,
        {{ as_timestamp('"extSourceSystemAudit.createdDate"') }} as created_at,
        {{ as_timestamp('"extSourceSystemAudit.lastUpdatedDate"') }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
