with sets as (
    select * from {{ ref('int_event_identity_sets') }}
),

event_identities as (
    select * from {{ ref('int_event_identities') }}
),

people as (
    select node, person_id from {{ ref('int_person_by_identity') }}
    union all
    select node, person_id from {{ ref('int_person_identities_beyond') }}
),

-- the namespace that is ranked highest decides; a device only where the event names nobody
resolved as (
    select
        event_identities.set_number,
        arg_min(
            people.person_id,
            (event_identities.is_device, event_identities.priority, event_identities.node)
        ) as person_id
    from event_identities
    inner join people on event_identities.node = people.node
    inner join sets on event_identities.set_number = sets.set_number
    where not event_identities.is_device or sets.person_source_key is null
    group by event_identities.set_number
)

select
    sets.person_source_key,
    sets.identities,
    resolved.person_id
from sets
inner join resolved on sets.set_number = resolved.set_number
