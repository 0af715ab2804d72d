with identities as (
    select * from {{ ref('int_person_identities') }}
    where not is_device
),

guards as (
    select * from {{ ref('int_identity_guards') }}
)

select distinct
    identities.source_key,
    identities.node
from identities
left join guards on identities.node = guards.node
where guards.node is null
