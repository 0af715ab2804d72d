with sets as (
    select * from {{ ref('int_event_identity_sets') }}
),

listed as (
    select
        set_number,
        unnest(identities) as identity
    from sets
),

borne as (
    select
        set_number,
        'b2b_person' as namespace,
        person_source_key as value
    from sets

    union all

    select
        set_number,
        identity.namespace,
        identity.value
    from listed
),

canonical as (
    select distinct
        set_number,
        {{ canonical_namespace('namespace') }} as namespace,
        {{ canonical_value('namespace', 'value') }} as value
    from borne
    where namespace is not null and value is not null
)

select
    canonical.set_number,
    canonical.namespace || ':' || canonical.value as node,
    canonical.namespace,
    canonical.value,
    {{ is_device('canonical.namespace') }} as is_device,
    sets.first_seen_at,
    sets.last_seen_at,
    sets.loaded_at
from canonical
inner join sets on canonical.set_number = sets.set_number
where not {{ is_placeholder('canonical.namespace', 'canonical.value') }}
