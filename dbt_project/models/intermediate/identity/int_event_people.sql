with sets as (
    select * from {{ ref('int_event_identity_sets') }}
),

event_identities as (
    select * from {{ ref('int_event_identities') }}
),

people as (
    select * from {{ ref('int_person_by_identity') }}
),

-- the record first, then what a person is known by; the device only where the event names nobody
resolved as (
    select
        event_identities.set_number,
        arg_min(
            people.person_id,
            case
                when event_identities.namespace = 'b2b_person' then 1
                when event_identities.namespace = 'Email' then 2
                when not event_identities.is_device then 3
                else 4
            end
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
