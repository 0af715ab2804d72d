with roles as (
    select * from {{ ref('int_opportunity_person__unioned') }}
    where not is_deleted
),

opportunity_keys as (
    select * from {{ ref('int_opportunity_by_key') }}
),

person_keys as (
    select * from {{ ref('int_person_by_key') }}
),

-- a copy of a role that the other system holds itself says nothing new
originals as (
    select * from roles
    where
        not exists (
            select 1 from roles as others
            where others.source_key = roles.external_key and others.source_key <> roles.source_key
        )
),

resolved as (
    select
        originals.*,
        opportunity_keys.opportunity_id,
        person_keys.person_id,
        coalesce(opportunity_keys.opportunity_id, originals.opportunity_source_key) as opportunity_part,
        coalesce(person_keys.person_id, originals.person_source_key) as person_part
    from originals
    left join opportunity_keys on originals.opportunity_source_key = opportunity_keys.source_key
    left join person_keys on originals.person_source_key = person_keys.source_key
),

ranked as (
    select
        resolved.*,
        {{ recency() }} as recency
    from resolved
)

select
    ----------  ids
    {{ surrogate_key('op', ['opportunity_part', 'person_part', 'person_role']) }} as opportunity_person_id,
    any_value(opportunity_id) as opportunity_id,
    any_value(person_id) as person_id,
    {{ latest('opportunity_source_key') }} as opportunity_key,
    {{ latest('person_source_key') }} as person_key,

    ----------  role
    person_role,
    coalesce({{ latest('is_primary') }}, false) as is_primary
from ranked
group by opportunity_part, person_part, person_role
