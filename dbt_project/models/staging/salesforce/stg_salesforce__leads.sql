with

source as (
    select * from {{ lake("salesforce", "lead", [
        "MasterRecordId", "FirstName", "MiddleName", "LastName", "Name", "Salutation",
        "Company", "Website", "Email", "Phone", "MobilePhone", "Fax", "Title", "Department",
        "Street", "City", "State", "PostalCode", "Country", "LeadSource", "Status",
        "IsConverted", "ConvertedDate", "ConvertedAccountId", "ConvertedContactId", "HasOptedOutOfEmail", "DoNotCall",
        "LastActivityDate", "CreatedDate", "LastModifiedDate", "SystemModstamp"
    ]) }}
),

newest as (
    select
        *,
        {{ salesforce_id_of("lead", "_row_id") }} as record_id,
        -- Some orgs keep the id of an account where the company's name belongs.
        regexp_full_match(Company, '001[a-zA-Z0-9]{12}([a-zA-Z0-9]{3})?') as is_company_an_account,
        coalesce(ConvertedAccountId, case when is_company_an_account then Company end) as account_id
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
        'lead' as object,
        {{ salesforce_key_of("account_id") }} as account_source_key,
        {{ salesforce_key_of("ConvertedContactId") }} as converted_contact_source_key,
        {{ source_key(salesforce_id_of("lead", "MasterRecordId")) }} as merged_into_source_key,
        {{ as_email("Email") }} as email,

        ----------  attributes
        'Lead' as person_type,
        Status as person_status,
        LeadSource as person_source,
        case when not is_company_an_account then Company end as company_name,
        Website as company_website,
        coalesce({{ as_boolean("IsConverted") }}, ConvertedContactId is not null) as is_converted,
        {{ as_timestamp("ConvertedDate") }} as converted_at,
        FirstName as first_name,
        MiddleName as middle_name,
        LastName as last_name,
        {{ as_full_name("Name", "FirstName", "LastName") }} as full_name,
        Salutation as courtesy_title,
        Email as work_email,
        Phone as work_phone,
        MobilePhone as mobile_phone,
        Fax as fax_phone,
        Title as job_title,
        nullif([Department], [null]) as departments,
        {{ as_line("Street") }} as work_street,
        City as work_city,
        State as work_state,
        PostalCode as work_postal_code,
        {{ as_country("Country") }} as work_country,
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
