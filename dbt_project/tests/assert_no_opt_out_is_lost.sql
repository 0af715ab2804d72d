{{ config(meta={'dagster': {'ref': {'name': 'person'}}}) }}
-- Nobody whose record says no, to e-mail or to calls, has a profile that says anything else.
with opted_out as (
    select
        source_key,
        email_consent,
        call_consent
    from {{ ref('int_person__unioned') }}
    where not is_deleted and (email_consent = 'n' or call_consent = 'n')
),

components as (
    select person_component_id, person_id from {{ ref('person_component') }}
),

profiles as (
    select person_id, email_consent, call_consent from {{ ref('person') }}
)

select opted_out.source_key
from opted_out
inner join components on opted_out.source_key = components.person_component_id
inner join profiles on components.person_id = profiles.person_id
where
    (opted_out.email_consent = 'n' and profiles.email_consent is distinct from 'n')
    or (opted_out.call_consent = 'n' and profiles.call_consent is distinct from 'n')
