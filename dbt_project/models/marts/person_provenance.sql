{%- set policies = merge_policies('person') -%}
{%- set columns = survivors('person', policies) -%}

with fragments as (
    select * from {{ ref('int_person_fragments') }}
),

ranks as (
    select * from {{ ref('int_person_ranks') }}
),

attributes as (
    {{ survivor_attributes(columns, policies) | indent(4) }}
),

-- for each column the place of the record that the golden value is from
winners as (
    select
        person_id,
        {{ surviving_records(columns, policies) | indent(8) }}
    from fragments
    group by person_id
),

long_form as (
    unpivot winners on columns(* exclude (person_id)) into name column_name value recency
),

identities as (
    select * from {{ ref('int_person_by_identity') }}
),

people as (
    select
        person_id,
        work_email,
        ecid
    from {{ ref('person') }}
),

with_own_email as (
    select person_id from long_form
    where column_name = 'work_email'
),

-- what no record of the person says, and an identity of theirs does
known_by as (
    select
        person_id,
        'ECID' as namespace,
        'ecid' as column_name,
        ecid as value
    from people
    where ecid is not null

    union all

    select
        person_id,
        'Email' as namespace,
        'work_email' as column_name,
        work_email as value
    from people
    where work_email is not null and person_id not in (select person_id from with_own_email)
)

select
    long_form.person_id,
    attributes.attribute,
    attributes.column_name,
    ranks.source_key,
    ranks.source_name,
    ranks.updated_at,
    attributes.policy
from long_form
inner join attributes on long_form.column_name = attributes.column_name
inner join ranks on long_form.recency = ranks.recency

union all

select
    known_by.person_id,
    case known_by.column_name when 'ecid' then 'identityMap.ECID' else 'workEmail.address' end as attribute,
    known_by.column_name,
    identities.source_key,
    ranks.source_name,
    identities.last_seen_at as updated_at,
    'identityGraph' as policy
from known_by
inner join identities
    on
        known_by.person_id = identities.person_id
        and known_by.namespace = identities.namespace
        and known_by.value = identities.value
left join ranks on identities.source_key = ranks.source_key
