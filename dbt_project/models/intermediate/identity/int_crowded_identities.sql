with borne as (
    select * from {{ ref('int_person_identities') }}
    where not is_device and kind <> 'record key'
),

record_keys as (
    select node from {{ ref('int_person_identities') }}
    where kind = 'record key'
),

event_identities as (
    select * from {{ ref('int_event_identities') }}
),

known as (
    select * from {{ ref('int_identity_namespaces') }}
),

limits as (
    select * from {{ ref('int_identity_limits') }}
),

people as (
    select
        source_key,
        lower(trim(coalesce(email, work_email))) as email,
        {{ comparable_name('first_name') | indent(8) }} as first_name,
        {{ comparable_name('last_name') | indent(8) }} as last_name
    from {{ ref('int_person__unioned') }}
),

-- a record's own names and e-mail addresses tell how many people bear a value
in_records as (
    select
        borne.node,
        any_value(borne.namespace) as namespace,
        any_value(borne.value) as value,
        any_value(borne.type) as type,
        count(distinct people.first_name) as first_names,
        false as is_shared,
        greatest(
            count(distinct people.first_name || ' ' || people.last_name),
            count(distinct people.email)
        ) as people
    from borne
    inner join people on borne.source_key = people.source_key
    group by borne.node
    having count(*) > 1
),

-- as with mailboxes, two records of one system under names that differ in both parts
in_source as (
    select
        borne.node,
        any_value(borne.namespace) as namespace,
        any_value(borne.value) as value,
        any_value(borne.type) as type,
        0 as first_names,
        true as is_shared,
        2 as people
    from borne
    inner join people on borne.source_key = people.source_key
    where borne.kind = 'identity' and borne.namespace <> 'Email' and people.first_name || people.last_name is not null
    group by borne.node, borne.source_name
    having count(distinct people.first_name) > 1 and count(distinct people.last_name) > 1
),

-- in events, the e-mail addresses and the values of unique namespaces that come with it
in_events as (
    select
        identities.node,
        any_value(identities.namespace) as namespace,
        any_value(identities.value) as value,
        any_value(identities.type) as type,
        others.namespace as other_namespace,
        count(distinct others.value) as people
    from event_identities as identities
    inner join event_identities as others on identities.set_number = others.set_number
    where
        not identities.is_device
        and identities.namespace <> others.namespace
        and (others.type = 'email' or others.is_unique)
    group by identities.node, others.namespace
    having count(distinct others.value) > 1
),

crowds as (
    select node, namespace, value, type, first_names, is_shared, people
    from in_records

    union all

    select node, namespace, value, type, first_names, is_shared, people
    from in_source

    union all

    select node, namespace, value, type, 0 as first_names, false as is_shared, people
    from in_events
),

judged as (
    select
        crowds.node,
        any_value(crowds.namespace) as namespace,
        any_value(crowds.value) as value,
        bool_or(crowds.is_shared or (crowds.type = 'phone' and crowds.first_names > 1)) as is_shared,
        max(crowds.people) as people,
        any_value(coalesce(known.people_per_value, limits.people_per_value)) as bound
    from crowds
    cross join limits
    left join known on crowds.namespace = known.namespace
    where limits.has_data and crowds.node not in (select node from record_keys)
    group by crowds.node
)

select
    node,
    namespace,
    value,
    case
        when people > bound then 'tied to ' || people || ' people'
        else 'shared by different people'
    end as reason
from judged
where people > bound or is_shared
