with people as (
    select * from {{ ref('int_person__unioned') }}
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
        source_key,
        kind,
        {{ canonical_namespace('namespace') }} as namespace,
        {{ canonical_value('namespace', 'value') }} as value
    from borne
    where namespace is not null and value is not null and (kind = 'record key' or value <> source_key)
),

-- one identity may be told twice, as an external key and among the CRM ids
distinct_identities as (
    select source_key, namespace, value, min(kind) as kind
    from canonical
    where not {{ is_placeholder('namespace', 'value') }}
    group by source_key, namespace, value
)

select
    distinct_identities.namespace || ':' || distinct_identities.value as node,
    distinct_identities.source_key,
    distinct_identities.namespace,
    distinct_identities.value,
    distinct_identities.kind,
    {{ is_device('distinct_identities.namespace') }} as is_device,
    people.source_name,
    people.created_at,
    people.updated_at,
    people.loaded_at
from distinct_identities
inner join people on distinct_identities.source_key = people.source_key
