with identities as (
    select * from {{ ref('int_person_identity_values') }}
),

people as (
    select * from {{ ref('int_person__unioned') }}
)

select
    identities.node,
    identities.source_key,
    identities.namespace,
    identities.value,
    identities.kind,
    identities.type,
    identities.is_device,
    identities.is_unique,
    identities.priority,
    people.source_name,
    people.created_at,
    people.updated_at,
    people.loaded_at
from identities
inner join people on identities.source_key = people.source_key
where identities.refused_because is null
