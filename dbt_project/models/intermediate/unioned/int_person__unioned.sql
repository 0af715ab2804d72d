with

salesforce_contacts as (
    select * from {{ ref("stg_salesforce__contacts") }}
),

salesforce_leads as (
    select * from {{ ref("stg_salesforce__leads") }}
),

marketo_leads as (
    select * from {{ ref("int_marketo__leads") }}
),

contacts as (
    select * from {{ ref("stg_hubspot__contacts") }}
),

hubspot_associations as (
    select * from {{ ref("int_hubspot__associations") }}
),

people as (
    select * from {{ ref("stg_table__people") }}
),

aliases as (
    select * from {{ ref("int_aliases") }}
),

contact_companies as (
    select
        from_source_key,
        coalesce(min(to_source_key) filter (where is_primary), min(to_source_key)) as account_source_key
    from hubspot_associations
    where from_object = 'contact' and to_object = 'company'
    group by from_source_key
),

hubspot_contacts as (
    select
        contacts.*,
        contact_companies.account_source_key
    from contacts
    left join contact_companies
        on contacts.source_key = contact_companies.from_source_key
),

unioned as (
    select * from salesforce_contacts
    union all by name
    select * from salesforce_leads
    union all by name
    select * from marketo_leads
    union all by name
    select * from hubspot_contacts
    union all by name
    select * from people
)

select
    unioned.source_key,
    unioned.source_type,
    unioned.source_name,
    unioned.record_id,
    unioned.external_key,
    unioned.is_deleted,
    unioned.object,
    coalesce(account_alias.source_key, unioned.account_source_key) as account_source_key,
    unioned.converted_contact_source_key,
    unioned.merged_into_source_key,
    unioned.crm_ids,
    unioned.ecids,
    unioned.extra_identities,
    unioned.email,
    unioned.person_type,
    unioned.person_status,
    unioned.person_source,
    unioned.person_score,
    unioned.person_group_id,
    unioned.company_name,
    unioned.company_website,
    unioned.is_converted,
    unioned.converted_at,
    unioned.is_marketing_suspended,
    unioned.marketing_suspended_cause,
    unioned.is_blocked,
    unioned.first_name,
    unioned.middle_name,
    unioned.last_name,
    unioned.full_name,
    unioned.courtesy_title,
    unioned.birth_date,
    unioned.work_email,
    unioned.work_phone,
    unioned.mobile_phone,
    unioned.fax_phone,
    unioned.job_title,
    unioned.departments,
    unioned.work_street,
    unioned.work_city,
    unioned.work_state,
    unioned.work_postal_code,
    unioned.work_country,
    unioned.email_consent,
    unioned.email_consent_reason,
    unioned.call_consent,
    unioned.last_activity_at,
    unioned.created_at,
    unioned.updated_at,
    unioned.loaded_at
from unioned
left join aliases as account_alias
    on
        account_alias.object = 'account'
        and lower(unioned.account_source_key) = account_alias.alias_key
