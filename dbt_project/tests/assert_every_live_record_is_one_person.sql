{{ config(meta={'dagster': {'ref': {'name': 'person'}}}) }}
-- Each live record leads to exactly one profile, and is a component of it.
with people as (
    select * from {{ ref('int_person__unioned') }}
    where not is_deleted
),

components as (
    select person_component_id, person_id from {{ ref('person_component') }}
),

profiles as (
    select person_id from {{ ref('person') }}
)

select people.source_key
from people
left join components on people.source_key = components.person_component_id
left join profiles on components.person_id = profiles.person_id
group by people.source_key
having count(profiles.person_id) <> 1
