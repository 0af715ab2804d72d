with sets as (
    select * from {{ ref('int_event_identity_sets') }}
),

identities as (
    select * from {{ ref('int_event_identity_values') }}
    where refused_because is null
),

set_aside as (
    select distinct set_number from {{ ref('int_event_set_refusals') }}
    where is_set_aside
)

select
    identities.set_number,
    identities.node,
    identities.namespace,
    identities.value,
    identities.type,
    identities.is_device,
    identities.is_unique,
    identities.priority,
    sets.first_seen_at,
    sets.last_seen_at,
    sets.loaded_at
from identities
inner join sets on identities.set_number = sets.set_number
where identities.set_number not in (select set_number from set_aside)
