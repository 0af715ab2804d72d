with

source as (
    select * from {{ lake("salesforce", "contact", [
        "AccountId", "MasterRecordId", "FirstName", "MiddleName", "LastName", "Name", "Salutation", "Birthdate",
        "Email", "Phone", "MobilePhone", "Fax", "Title", "Department",
        "MailingStreet", "MailingCity", "MailingState", "MailingPostalCode", "MailingCountry",
        "LeadSource", "HasOptedOutOfEmail", "DoNotCall",
        "LastActivityDate", "CreatedDate", "LastModifiedDate", "SystemModstamp"
    ]) }}
),

newest as (
    select
        *,
        {{ salesforce_id("_row_id") }} as record_id
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
        {{ salesforce_key_of("trim(_alias)") }} as alias_key,
        'contact' as object,
        {{ salesforce_key_of("AccountId") }} as account_source_key,
        {{ salesforce_key_of("MasterRecordId") }} as merged_into_source_key,
        {{ as_email("Email") }} as email,

        ----------  attributes
        'Contact' as person_type,
        LeadSource as person_source,
        FirstName as first_name,
        MiddleName as middle_name,
        LastName as last_name,
        {{ as_full_name("Name", "FirstName", "LastName") }} as full_name,
        Salutation as courtesy_title,
        {{ as_date("Birthdate") }} as birth_date,
        Email as work_email,
        Phone as work_phone,
        MobilePhone as mobile_phone,
        Fax as fax_phone,
        Title as job_title,
        nullif([Department], [null]) as departments,
        {{ as_line("MailingStreet") }} as work_street,
        MailingCity as work_city,
        MailingState as work_state,
        MailingPostalCode as work_postal_code,
        {{ as_country("MailingCountry") }} as work_country,
        {{ as_consent("HasOptedOutOfEmail") }} as email_consent,
        {{ as_consent("DoNotCall") }} as call_consent,

        ----------  state
        coalesce(_deleted, false) or MasterRecordId is not null as is_deleted,
        {{ as_timestamp("LastActivityDate") }} as last_activity_at,
        {{ as_timestamp("CreatedDate") }} as created_at,
        {{ as_timestamp("coalesce(SystemModstamp, LastModifiedDate)") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
