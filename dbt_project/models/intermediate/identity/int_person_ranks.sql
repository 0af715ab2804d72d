with person_keys as (
    select * from {{ ref('int_person_by_key') }}
),

records as (
    select
        people.source_key,
        person_keys.person_id,
        people.source_name,
        coalesce(people.object = 'contact', false) as is_contact,
        people.created_at,
        people.updated_at,
        people.loaded_at
    from {{ ref('int_person__unioned') }} as people
    inner join person_keys on people.source_key = person_keys.source_key
    where not people.is_deleted
)

select
    source_key,
    person_id,
    source_name,
    is_contact,
    updated_at,
    {{ recency(prefer='is_contact') }} as recency,
    {{ seniority(prefer='is_contact') }} as seniority
from records
