with

source as (
    select * from {{ lake("marketo", "leads", [
        "email", "ecids", "firstName", "middleName", "lastName", "salutation", "dateOfBirth", "title", "department",
        "phone", "mobilePhone", "fax", "address", "city", "state", "postalCode", "country", "company", "website",
        ["contactCompany", "companyId"], "externalCompanyId",
        "sfdcType", "sfdcContactId", "sfdcLeadId", "sfdcAccountId",
        "leadScore", "leadSource", "leadStatus", "personType", "leadPartitionId",
        "mktoCdpIsConverted", "mktoCdpConvertedDate", "mktoCdpCnvContactPersonId",
        "marketingSuspended", "marketingSuspendedCause", "blackListed",
        "unsubscribed", "unsubscribedReason", "doNotCall", "createdAt", "updatedAt"
    ]) }}
),

newest as (
    select
        *,
        {{ record_id("_row_id") }} as record_id,
        -- The CRM record the lead is synced with: the contact once there is one, as `sfdcType` says.
        case
            when lower(sfdcType) = 'lead' then coalesce(sfdcLeadId, sfdcContactId)
            else coalesce(sfdcContactId, sfdcLeadId)
        end as crm_record_id
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
        'lead' as object,
        coalesce({{ source_key(record_id("contactCompany") ~ " || '.mkto_org'") }}, {{ crm_key_of("sfdcAccountId") }})
            as account_source_key,
        externalCompanyId as external_company_id,
        {{ key_of("mktoCdpCnvContactPersonId") }} as converted_contact_source_key,
        {{ crm_key_of("crm_record_id") }} as external_key,
        nullif(list_distinct([{{ crm_key_of("sfdcContactId") }}, {{ crm_key_of("sfdcLeadId") }}]), []) as crm_ids,
        {{ as_list("ecids") }} as ecids,
        {{ as_email("email") }} as email,

        ----------  attributes
        coalesce(personType, case when lower(sfdcType) = 'contact' then 'Contact' else 'Lead' end) as person_type,
        leadStatus as person_status,
        leadSource as person_source,
        {{ as_double("leadScore") }} as person_score,
        leadPartitionId as person_group_id,
        company as company_name,
        website as company_website,
        {{ as_boolean("mktoCdpIsConverted") }} as is_converted,
        {{ as_timestamp("mktoCdpConvertedDate") }} as converted_at,
        {{ as_boolean("marketingSuspended") }} as is_marketing_suspended,
        marketingSuspendedCause as marketing_suspended_cause,
        {{ as_boolean("blackListed") }} as is_blocked,
        firstName as first_name,
        middleName as middle_name,
        lastName as last_name,
        {{ as_full_name("null", "firstName", "lastName") }} as full_name,
        salutation as courtesy_title,
        {{ as_date("dateOfBirth") }} as birth_date,
        email as work_email,
        phone as work_phone,
        mobilePhone as mobile_phone,
        fax as fax_phone,
        title as job_title,
        nullif([department], [null]) as departments,
        {{ as_line("address") }} as work_street,
        city as work_city,
        state as work_state,
        postalCode as work_postal_code,
        {{ as_country("country") }} as work_country,
        {{ as_consent("unsubscribed") }} as email_consent,
        unsubscribedReason[:100] as email_consent_reason,
        {{ as_consent("doNotCall") }} as call_consent,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp("createdAt") }} as created_at,
        {{ as_timestamp("updatedAt") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
