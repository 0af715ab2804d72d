{%- set policies = merge_policies('person') -%}

with fragments as (
    select * from {{ ref('int_person_fragments') }}
),

identities as (
    select * from {{ ref('int_person_by_identity') }}
),

account_people as (
    select * from {{ ref('account_person') }}
    where is_primary
),

golden as (
    select
        person_id,
        arg_min(source_key, seniority) as person_key,
        {{ survivor('person_type', policies) }} as person_type,
        {{ survivor('person_status', policies) }} as person_status,
        {{ survivor('person_source', policies) }} as person_source,
        {{ survivor('person_score', policies) }} as person_score,
        {{ survivor('person_group_id', policies) }} as person_group_id,
        {{ survivor('company_name', policies) }} as company_name,
        {{ survivor('company_website', policies) }} as company_website,
        {{ survivor('is_converted', policies) }} as is_converted,
        {{ survivor('converted_at', policies) }} as converted_at,
        {{ survivor('is_marketing_suspended', policies) }} as is_marketing_suspended,
        {{ survivor('marketing_suspended_cause', policies) }} as marketing_suspended_cause,
        {{ survivor('is_blocked', policies) }} as is_blocked,
        {{ survivor('first_name', policies) }} as first_name,
        {{ survivor('middle_name', policies) }} as middle_name,
        {{ survivor('last_name', policies) }} as last_name,
        {{ survivor('full_name', policies) }} as full_name,
        {{ survivor('courtesy_title', policies) }} as courtesy_title,
        {{ survivor('birth_date', policies) }} as birth_date,
        {{ survivor('work_email', policies) }} as work_email,
        {{ survivor('work_phone', policies) }} as work_phone,
        {{ survivor('mobile_phone', policies) }} as mobile_phone,
        {{ survivor('fax_phone', policies) }} as fax_phone,
        {{ survivor('job_title', policies) }} as job_title,
        {{ survivor('departments', policies) }} as departments,
        {{ survivor('work_street', policies) }} as work_street,
        {{ survivor('work_city', policies) }} as work_city,
        {{ survivor('work_state', policies) }} as work_state,
        {{ survivor('work_postal_code', policies) }} as work_postal_code,
        {{ survivor('work_country', policies) }} as work_country,
        {{ survivor('email_consent', policies) }} as email_consent,
        {{ survivor('email_consent_reason', policies) }} as email_consent_reason,
        {{ survivor('call_consent', policies) }} as call_consent,
        {{ survivor('account_key', policies) }} as account_key,
        min(created_at) as created_at,
        max(updated_at) as updated_at,
        max(last_activity_at) as last_activity_at,
        max(loaded_at) as loaded_at
    from fragments
    group by person_id
),

-- people whom only events know have no record: what they are known by is all there is
known_by as (
    select
        person_id,
        arg_max(value, last_seen_at) filter (
            where namespace = 'Email' and (source_key is null or {{ merges_every_source('work_email', policies) }})
        ) as email,
        arg_max(value, coalesce(last_seen_at, first_loaded_at)) filter (where namespace = 'ECID') as ecid,
        min(first_loaded_at) as first_loaded_at
    from identities
    group by person_id
)

select
    ----------  ids
    known_by.person_id,
    account_people.account_id,
    golden.person_key,
    golden.account_key,
    known_by.ecid,

    ----------  status
    golden.person_type,
    golden.person_status,
    golden.person_source,
    golden.person_score,
    golden.person_group_id,
    golden.company_name,
    golden.company_website,
    golden.is_converted,
    golden.converted_at,
    golden.is_marketing_suspended,
    golden.marketing_suspended_cause,
    golden.is_blocked,

    ----------  name
    golden.first_name,
    golden.middle_name,
    golden.last_name,
    golden.full_name,
    golden.courtesy_title,
    golden.birth_date,

    ----------  contact
    coalesce(golden.work_email, known_by.email) as work_email,
    golden.work_phone,
    golden.mobile_phone,
    golden.fax_phone,

    ----------  work
    golden.job_title,
    golden.departments,
    golden.work_street,
    golden.work_city,
    golden.work_state,
    golden.work_postal_code,
    golden.work_country,

    ----------  consent
    golden.email_consent,
    golden.email_consent_reason,
    golden.call_consent,

    ----------  times
    golden.created_at,
    golden.updated_at,
    golden.last_activity_at,
    coalesce(golden.loaded_at, known_by.first_loaded_at) as loaded_at
from known_by
left join golden on known_by.person_id = golden.person_id
left join account_people on known_by.person_id = account_people.person_id
