with

source as (
    select * from {{ lake("marketo", "companies", [
        "company", "externalCompanyId", "site", "companyNotes", "mainPhone", "industry", "website", "sicCode",
        "numberOfEmployees", "annualRevenue", "rating",
        "billingStreet", "billingCity", "billingState", "billingPostalCode", "billingCountry",
        "mktoCdpParentOrgId", "sfdcAccountId", "createdAt", "updatedAt"
    ]) }}
),

newest as (
    select
        *,
        {{ record_id("_row_id") }} || '.mkto_org' as record_id
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
        {{ source_key(record_id("trim(_alias)") ~ " || '.mkto_org'") }} as alias_key,
        {{ source_key(record_id("mktoCdpParentOrgId") ~ " || '.mkto_org'") }} as parent_account_source_key,
        {{ crm_key_of("sfdcAccountId") }} as external_key,
        externalCompanyId as external_company_id,

        ----------  attributes
        company as account_name,
        site as account_site,
        companyNotes as account_description,
        mainPhone as account_phone,
        industry,
        website,
        {{ as_domain("website") }} as domain,
        sicCode as sic_code,
        {{ as_bigint("numberOfEmployees") }} as employees,
        {{ as_double("annualRevenue") }} as annual_revenue,
        rating,

        ----------  addresses
        {{ as_line("billingStreet") }} as billing_street,
        billingCity as billing_city,
        billingState as billing_state,
        billingPostalCode as billing_postal_code,
        {{ as_country("billingCountry") }} as billing_country,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp("createdAt") }} as created_at,
        {{ as_timestamp("updatedAt") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
