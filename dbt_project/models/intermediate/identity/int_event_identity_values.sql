with sets as (
    select * from {{ ref('int_event_identity_sets') }}
),

known as (
    select * from {{ ref('int_identity_namespaces') }}
),

limits as (
    select * from {{ ref('int_identity_limits') }}
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
        borne.set_number,
        known.pattern,
        {{ namespace_columns('borne.namespace') | indent(8) }},
        {{ canonical_value('known.normalise', 'borne.value') | indent(8) }} as value
    from borne
    left join known on lower(trim(borne.namespace)) = lower(known.namespace)
    where borne.namespace is not null and coalesce(known.is_joining, true)
)

select
    set_number,
    namespace || ':' || value as node,
    namespace,
    value,
    type,
    is_device,
    is_unique,
    priority,
    {{ value_refusal('type', 'value', 'pattern') | indent(4) }} as refused_because
from canonical
cross join limits
where value <> ''
