with

source as (
    select * from {{ lake("table", "account", [
        ["accountParentKey.sourceKey", "accountParentKey.sourceID", "accountParentID"],
        "extSourceSystemAudit.externalKey.sourceKey", "accountName", "accountNumber", "accountType", "accountSite",
        "accountDescription", "accountOwnership", "accountOwnerID", "accountSourceType", "accountPhone.number",
        "accountFax.number", "accountOrganization.industry", "accountOrganization.website",
        "accountOrganization.domain", "accountOrganization.tickerSymbol", "accountOrganization.NAICSCode",
        "accountOrganization.SICCode", "accountOrganization.DUNSNumber", "accountOrganization.marketSegment",
        "accountOrganization.numberOfEmployees", "accountOrganization.annualRevenue.amount",
        "accountOrganization.annualRevenue.currencyCode", "accountOrganization.rating",
        "accountBillingAddress.street1", "accountBillingAddress.city", "accountBillingAddress.state",
        "accountBillingAddress.postalCode", "accountBillingAddress.country", "accountShippingAddress.street1",
        "accountShippingAddress.city", "accountShippingAddress.state", "accountShippingAddress.postalCode",
        "accountShippingAddress.country", "extSourceSystemAudit.lastActivityDate",
        "extSourceSystemAudit.createdDate", "extSourceSystemAudit.lastUpdatedDate"
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
        {{ table_key_of('"accountParentKey.sourceKey"') }} as parent_account_source_key,
        "extSourceSystemAudit.externalKey.sourceKey" as external_key,

        ----------  attributes
        accountName as account_name,
        accountNumber as account_number,
        accountType as account_type,
        accountSite as account_site,
        accountDescription as account_description,
        accountOwnership as account_ownership,
        accountOwnerID as account_owner_id,
        accountSourceType as account_source_type,
        "accountPhone.number" as account_phone,
        "accountFax.number" as account_fax,
        "accountOrganization.industry" as industry,
        "accountOrganization.website" as website,
        {{ as_domain('coalesce("accountOrganization.domain", "accountOrganization.website")') }} as domain,
        "accountOrganization.tickerSymbol" as ticker_symbol,
        "accountOrganization.NAICSCode" as naics_code,
        "accountOrganization.SICCode" as sic_code,
        "accountOrganization.DUNSNumber" as duns_number,
        "accountOrganization.marketSegment" as market_segment,
        {{ as_bigint('"accountOrganization.numberOfEmployees"') }} as employees,
        {{ as_double('"accountOrganization.annualRevenue.amount"') }} as annual_revenue,
        "accountOrganization.annualRevenue.currencyCode" as annual_revenue_currency,
        "accountOrganization.rating" as rating,
        {{ as_line('"accountBillingAddress.street1"') }} as billing_street,
        "accountBillingAddress.city" as billing_city,
        "accountBillingAddress.state" as billing_state,
        "accountBillingAddress.postalCode" as billing_postal_code,
        {{ as_country('"accountBillingAddress.country"') }} as billing_country,
        {{ as_line('"accountShippingAddress.street1"') }} as shipping_street,
        "accountShippingAddress.city" as shipping_city,
        "accountShippingAddress.state" as shipping_state,
        "accountShippingAddress.postalCode" as shipping_postal_code,
        {{ as_country('"accountShippingAddress.country"') }} as shipping_country,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp('"extSourceSystemAudit.lastActivityDate"') }} as last_activity_at,
        {{ as_timestamp('"extSourceSystemAudit.createdDate"') }} as created_at,
        {{ as_timestamp('"extSourceSystemAudit.lastUpdatedDate"') }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed
