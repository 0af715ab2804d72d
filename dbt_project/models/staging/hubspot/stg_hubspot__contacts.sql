with

source as (
    select * from {{ lake("hubspot", "contacts", [
        "email", "hs_additional_emails", "firstname", "lastname", "salutation", "date_of_birth", "jobtitle",
        "department", "phone", "mobilephone", "fax", "address", "city", "state", "zip", "country", "company", "website",
        "lifecyclestage", "hs_lead_status", "hs_analytics_source", "hubspotscore",
        "hs_email_optout", "hs_email_optout_reason", "hs_merged_object_ids",
        "associatedcompanyid", "Associated Company IDs", "associations", "salesforcecontactid", "salesforceleadid",
        "notes_last_updated", ["createdate", "createdAt"], ["lastmodifieddate", "hs_lastmodifieddate", "updatedAt"]
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
        {{ key_of("trim(_alias)") }} as alias_key,
        'contact' as object,
        {{ hubspot_keys("associatedcompanyid", '"Associated Company IDs"', "companies") }} as company_source_keys,
        {{ crm_key_of("coalesce(salesforcecontactid, salesforceleadid)") }} as external_key,
        nullif(list_distinct(list_concat(
            [{{ crm_key_of("salesforcecontactid") }}, {{ crm_key_of("salesforceleadid") }}],
            list_transform({{ as_list("hs_merged_object_ids") }}, lambda id: {{ key_of("id") }})
        )), []) as crm_ids,
        {{ as_email("email") }} as email,
        {{ identities_of("Email", as_list("lower(hs_additional_emails)")) }} as extra_identities,

        ----------  attributes
        'Contact' as person_type,
        coalesce(hs_lead_status, lifecyclestage) as person_status,
        hs_analytics_source as person_source,
        {{ as_double("hubspotscore") }} as person_score,
        company as company_name,
        website as company_website,
        firstname as first_name,
        lastname as last_name,
        {{ as_full_name("null", "firstname", "lastname") }} as full_name,
        salutation as courtesy_title,
        {{ as_date("date_of_birth") }} as birth_date,
        email as work_email,
        phone as work_phone,
        mobilephone as mobile_phone,
        fax as fax_phone,
        jobtitle as job_title,
        {{ as_list("department", ";") }} as departments,
        {{ as_line("address") }} as work_street,
        city as work_city,
        state as work_state,
        zip as work_postal_code,
        {{ as_country("country") }} as work_country,
        {{ as_consent("hs_email_optout") }} as email_consent,
        hs_email_optout_reason[:100] as email_consent_reason,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp("notes_last_updated") }} as last_activity_at,
        {{ as_timestamp("createdate") }} as created_at,
        {{ as_timestamp("lastmodifieddate") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
