with

source as (
    select * from {{ lake("salesforce", "account", [
        "Name", "AccountNumber", "Type", "Site", "Description", "Ownership", "OwnerId", "AccountSource", "Phone", "Fax",
        "Industry", "Website", "Domain", "TickerSymbol", "NaicsCode", "Sic", "DunsNumber", "MarketSegment",
        "NumberOfEmployees", "AnnualRevenue", "CurrencyIsoCode", "Rating",
        "BillingStreet", "BillingCity", "BillingState", "BillingPostalCode", "BillingCountry",
        "ShippingStreet", "ShippingCity", "ShippingState", "ShippingPostalCode", "ShippingCountry",
        "ParentId", "MasterRecordId", "LastActivityDate", "CreatedDate", "LastModifiedDate", "SystemModstamp"
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
        {{ salesforce_key_of("ParentId") }} as parent_account_source_key,
        {{ salesforce_key_of("MasterRecordId") }} as merged_into_source_key,

        ----------  attributes
        Name as account_name,
        AccountNumber as account_number,
        Type as account_type,
        Site as account_site,
        Description as account_description,
        Ownership as account_ownership,
        OwnerId as account_owner_id,
        AccountSource as account_source_type,
        Phone as account_phone,
        Fax as account_fax,
        Industry as industry,
        Website as website,
        {{ as_domain("coalesce(Domain, Website)") }} as domain,
        TickerSymbol as ticker_symbol,
        NaicsCode as naics_code,
        Sic as sic_code,
        DunsNumber as duns_number,
        MarketSegment as market_segment,
        {{ as_bigint("NumberOfEmployees") }} as employees,
        {{ as_double("AnnualRevenue") }} as annual_revenue,
        CurrencyIsoCode as annual_revenue_currency,
        Rating as rating,

        ----------  addresses
        {{ as_line("BillingStreet") }} as billing_street,
        BillingCity as billing_city,
        BillingState as billing_state,
        BillingPostalCode as billing_postal_code,
        {{ as_country("BillingCountry") }} as billing_country,
        {{ as_line("ShippingStreet") }} as shipping_street,
        ShippingCity as shipping_city,
        ShippingState as shipping_state,
        ShippingPostalCode as shipping_postal_code,
        {{ as_country("ShippingCountry") }} as shipping_country,

        ----------  state
        coalesce(_deleted, false) or MasterRecordId is not null as is_deleted,
        {{ as_timestamp("LastActivityDate") }} as last_activity_at,
        {{ as_timestamp("CreatedDate") }} as created_at,
        {{ as_timestamp("coalesce(SystemModstamp, LastModifiedDate)") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
