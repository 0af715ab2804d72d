with people as (
    select * from {{ ref('int_person__unioned') }}
    where not is_deleted
),

person_keys as (
    select * from {{ ref('int_person_by_key') }}
),

people_with_accounts as (
    select person_id from {{ ref('int_people_with_accounts') }}
)

-- what each record says of where a person works
select
    row_number() over (order by people.source_key) - 1 as _row,
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
where
    person_keys.person_id not in (select people_with_accounts.person_id from people_with_accounts)
    and coalesce(people.work_email, people.email, people.company_name, people.company_website) is not null
