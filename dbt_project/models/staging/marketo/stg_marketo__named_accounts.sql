with

source as (
    select * from {{ lake("marketo", "named_accounts", [
        "name", "domainName", "industry", "sicCode", "numberOfEmployees", "annualRevenue", "city", "state", "country",
        "sourceType", "parentAccountId", "crmGuid", "createdAt", "updatedAt"
    ]) }}
),

newest as (
    select
        *,
        {{ record_id("_row_id") }} || '.mkto_acct' as record_id
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
        {{ source_key(record_id("parentAccountId") ~ " || '.mkto_acct'") }} as parent_account_source_key,
        {{ crm_key_of("crmGuid") }} as external_key,

        ----------  attributes
        name as account_name,
        sourceType as account_source_type,
        industry,
        {{ as_domain("domainName") }} as domain,
        sicCode as sic_code,
        {{ as_bigint("numberOfEmployees") }} as employees,
        {{ as_double("annualRevenue") }} as annual_revenue,

        ----------  addresses
        city as billing_city,
        state as billing_state,
        {{ as_country("country") }} as billing_country,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp("createdAt") }} as created_at,
        {{ as_timestamp("updatedAt") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
