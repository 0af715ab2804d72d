with

source as (
    select * from {{ lake("hubspot", "companies", [
        "name", "domain", "website", "type", "description", "hubspot_owner_id", "hs_analytics_source", "phone",
        "industry", "numberofemployees", "annualrevenue", "hs_annual_revenue_currency_code", "is_public",
        "address", "city", "state", "zip", "country", ["hs_parent_company_id", "parent_company_id"],
        "hs_merged_object_ids", "salesforceaccountid",
        "notes_last_updated", ["createdate", "createdAt"], ["hs_lastmodifieddate", "lastmodifieddate", "updatedAt"]
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
        {{ key_of("hs_parent_company_id") }} as parent_account_source_key,
        {{ crm_key_of("salesforceaccountid") }} as external_key,
        nullif(list_distinct(list_concat(
            [{{ crm_key_of("salesforceaccountid") }}],
            list_transform({{ as_list("hs_merged_object_ids") }}, lambda id: {{ key_of("id") }})
        )), []) as crm_ids,

        ----------  attributes
        name as account_name,
        type as account_type,
        description as account_description,
        case {{ as_boolean("is_public") }} when true then 'Public' when false then 'Private' end as account_ownership,
        hubspot_owner_id as account_owner_id,
        hs_analytics_source as account_source_type,
        phone as account_phone,
        industry,
        coalesce(website, domain) as website,
        {{ as_domain("coalesce(domain, website)") }} as domain,
        {{ as_bigint("numberofemployees") }} as employees,
        {{ as_double("annualrevenue") }} as annual_revenue,
        hs_annual_revenue_currency_code as annual_revenue_currency,

        ----------  addresses
        {{ as_line("address") }} as billing_street,
        city as billing_city,
        state as billing_state,
        zip as billing_postal_code,
        {{ as_country("country") }} as billing_country,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp("notes_last_updated") }} as last_activity_at,
        {{ as_timestamp("createdate") }} as created_at,
        {{ as_timestamp("hs_lastmodifieddate") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
