with people as (
    select * from {{ ref('int_person__unioned') }}
    where not is_deleted
),

person_keys as (
    select * from {{ ref('int_person_by_key') }}
),

account_keys as (
    select * from {{ ref('int_account_by_key') }}
)

select
    ----------  ids
    people.source_key as person_component_id,
    person_keys.person_id,
    account_keys.account_id,

    ----------  record
    people.source_name,
    people.source_type,
    people.object,

    ----------  keys
    people.source_key as source_person_key,
    people.account_source_key as source_account_key,
    people.external_key as source_external_key,
    people.converted_contact_source_key as source_converted_contact_key,

    ----------  person
    people.person_type,
    people.person_status,
    people.person_source,
    people.person_score,
    people.person_group_id,
    people.first_name,
    people.last_name,
    people.full_name,
    people.job_title,
    people.company_name,
    coalesce(people.email, people.work_email) as work_email,

    ----------  times
    people.created_at,
    people.updated_at,
    people.last_activity_at,
    people.loaded_at
from people
inner join person_keys on people.source_key = person_keys.source_key
left join account_keys on people.account_source_key = account_keys.source_key
