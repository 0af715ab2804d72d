with people as (
    select * from {{ ref('int_person__unioned') }}
),

known as (
    select * from {{ ref('int_identity_namespaces') }}
),

limits as (
    select * from {{ ref('int_identity_limits') }}
),

live_people as (
    select * from people
    where not is_deleted
),

listed as (
    select
        source_key,
        unnest(extra_identities) as identity
    from live_people
),

borne as (
    select
        source_key,
        'record key' as kind,
        'b2b_person' as namespace,
        source_key as value
    from live_people

    union all

    select
        source_key,
        'e-mail' as kind,
        'Email' as namespace,
        email as value
    from live_people

    union all

    select
        source_key,
        'device' as kind,
        'ECID' as namespace,
        unnest(ecids) as value
    from live_people

    union all

    select
        source_key,
        'phone' as kind,
        'Phone' as namespace,
        mobile_phone as value
    from live_people

    union all

    select
        source_key,
        'identity' as kind,
        identity.namespace,
        identity.value
    from listed

    union all

    select
        source_key,
        'external key' as kind,
        'b2b_person' as namespace,
        external_key as value
    from live_people

    union all

    select
        source_key,
        'external key' as kind,
        'b2b_person' as namespace,
        unnest(crm_ids) as value
    from live_people

    union all

    select
        source_key,
        'conversion' as kind,
        'b2b_person' as namespace,
        converted_contact_source_key as value
    from live_people

    union all

    -- a record that was merged away is deleted, and says still who it is now
    select
        source_key,
        'merge' as kind,
        'b2b_person' as namespace,
        merged_into_source_key as value
    from people
),

canonical as (
    select
        borne.source_key,
        borne.kind,
        known.pattern,
        {{ namespace_columns('borne.namespace') | indent(8) }},
        {{ canonical_value('known.normalise', 'borne.value') | indent(8) }} as value
    from borne
    left join known on lower(trim(borne.namespace)) = lower(known.namespace)
    where
        borne.namespace is not null
        and coalesce(known.is_joining, true)
        and (borne.kind = 'record key' or borne.value <> borne.source_key)
),

-- one identity may be told twice, as an external key and among the CRM ids
distinct_identities as (
    select
        source_key,
        namespace,
        value,
        min(kind) as kind,
        any_value(type) as type,
        any_value(is_device) as is_device,
        any_value(is_unique) as is_unique,
        any_value(priority) as priority,
        any_value(pattern) as pattern
    from canonical
    where value <> ''
    group by source_key, namespace, value
)

select
    namespace || ':' || value as node,
    source_key,
    namespace,
    value,
    kind,
    type,
    is_device,
    is_unique,
    priority,
    {{ value_refusal('type', 'value', 'pattern') | indent(4) }} as refused_because
from distinct_identities
cross join limits
