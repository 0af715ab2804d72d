with people as (
    select * from {{ ref('int_person__unioned') }}
    where not is_deleted
),

person_keys as (
    select * from {{ ref('int_person_by_key') }}
),

identities as (
    select * from {{ ref('int_person_by_identity') }}
),

people_with_accounts as (
    select person_id from {{ ref('int_people_with_accounts') }}
),

-- what each record says of where a person works
records as (
    select
        person_keys.person_id,
        people.source_key,
        coalesce(people.work_email, people.email) as email,
        people.company_name,
        people.company_website,
        people.work_phone,
        people.work_street,
        people.work_city,
        people.work_state,
        people.work_postal_code,
        people.work_country,
        people.updated_at,
        people.loaded_at
    from people
    inner join person_keys on people.source_key = person_keys.source_key
),

-- people whom only events know: their address is all that they are matched by
addresses as (
    select
        person_id,
        node as source_key,
        value as email,
        last_seen_at as updated_at,
        first_loaded_at as loaded_at
    from identities
    where namespace = 'Email' and person_id not in (select records.person_id from records)
),

leads as (
    select * from records
    union all by name
    select * from addresses
)

select
    row_number() over (order by source_key) - 1 as _row,
    person_id,
    source_key,
    email,
    company_name,
    company_website,
    work_phone,
    work_street,
    work_city,
    work_state,
    work_postal_code,
    work_country,
    updated_at,
    loaded_at
from leads
where
    person_id not in (select people_with_accounts.person_id from people_with_accounts)
    and coalesce(email, company_name, company_website) is not null
