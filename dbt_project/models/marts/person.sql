with people as (
    select * from {{ ref('int_person__unioned') }}
    where not is_deleted
),

identities as (
    select * from {{ ref('int_person_by_identity') }}
),

account_people as (
    select * from {{ ref('account_person') }}
    where is_primary
),

person_keys as (
    select * from {{ ref('int_person_by_key') }}
),

fragments as (
    select
        people.*,
        person_keys.person_id,
        people.object = 'contact' as is_contact
    from people
    inner join person_keys on people.source_key = person_keys.source_key
),

ranks as (
    select
        source_key,
        {{ recency(prefer='is_contact') }} as recency,
        {{ seniority(prefer='is_contact') }} as seniority
    from fragments
),

ranked as (
    select
        fragments.*,
        ranks.recency,
        ranks.seniority
    from fragments
    inner join ranks on fragments.source_key = ranks.source_key
),

golden as (
    select
        person_id,
        arg_min(source_key, seniority) as person_key,
        {{ latest('person_type') }} as person_type,
        {{ latest('person_status') }} as person_status,
        {{ latest('person_source') }} as person_source,
        {{ latest('person_score') }} as person_score,
        {{ latest('person_group_id') }} as person_group_id,
        {{ latest('company_name') }} as company_name,
        {{ latest('company_website') }} as company_website,
        {{ latest('is_converted') }} as is_converted,
        {{ latest('converted_at') }} as converted_at,
        {{ latest('is_marketing_suspended') }} as is_marketing_suspended,
        {{ latest('marketing_suspended_cause') }} as marketing_suspended_cause,
        {{ latest('is_blocked') }} as is_blocked,
        {{ latest('first_name') }} as first_name,
        {{ latest('middle_name') }} as middle_name,
        {{ latest('last_name') }} as last_name,
        {{ latest('full_name') }} as full_name,
        {{ latest('courtesy_title') }} as courtesy_title,
        {{ latest('birth_date') }} as birth_date,
        {{ latest('coalesce(email, work_email)') }} as work_email,
        {{ latest('work_phone') }} as work_phone,
        {{ latest('mobile_phone') }} as mobile_phone,
        {{ latest('fax_phone') }} as fax_phone,
        {{ latest('job_title') }} as job_title,
        {{ latest('departments') }} as departments,
        {{ latest('work_street') }} as work_street,
        {{ latest('work_city') }} as work_city,
        {{ latest('work_state') }} as work_state,
        {{ latest('work_postal_code') }} as work_postal_code,
        {{ latest('work_country') }} as work_country,
        {{ strictest_consent('email_consent') }} as email_consent,
        case
            when bool_or(email_consent = 'n')
                then arg_max(email_consent_reason, recency) filter (where email_consent = 'n')
            else {{ latest('email_consent_reason') }}
        end as email_consent_reason,
        {{ strictest_consent('call_consent') }} as call_consent,
        coalesce(
            arg_max(account_source_key, recency) filter (where is_contact and account_source_key is not null),
            {{ latest('account_source_key') }}
        ) as account_key,
        min(created_at) as created_at,
        max(updated_at) as updated_at,
        max(last_activity_at) as last_activity_at,
        max(loaded_at) as loaded_at
    from ranked
    group by person_id
),

-- people whom only events know have no record: what they are known by is all there is
known_by as (
    select
        person_id,
        arg_max(value, last_seen_at) filter (where namespace = 'Email') as email,
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
