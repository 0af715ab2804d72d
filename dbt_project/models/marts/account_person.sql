with relations as (
    select * from {{ ref('int_account_person__unioned') }}
    where not is_deleted
),

people as (
    select * from {{ ref('int_person__unioned') }}
    where not is_deleted and account_source_key is not null
),

person_keys as (
    select * from {{ ref('int_person_by_key') }}
),

account_keys as (
    select source_key, account_id from {{ ref('int_account_by_key') }}
),

matches as (
    select * from {{ ref('int_lead_account_matches') }}
),

links as (
    select
        source_key,
        account_source_key,
        person_source_key,
        person_role,
        person_roles,
        is_direct,
        is_active,
        is_primary,
        relation_start_date,
        relation_end_date,
        coalesce(relationship_source, source_type) as relationship_source,
        null as matching_score,
        null as score_created_at,
        null as matching_evidence,
        null as person_id,
        false as is_of_contact,
        updated_at,
        loaded_at
    from relations

    union all

    -- the one account that a person's record names itself
    select
        source_key,
        account_source_key,
        source_key as person_source_key,
        null as person_role,
        null as person_roles,
        true as is_direct,
        null as is_active,
        null as is_primary,
        null as relation_start_date,
        null as relation_end_date,
        source_type as relationship_source,
        null as matching_score,
        null as score_created_at,
        null as matching_evidence,
        null as person_id,
        object = 'contact' as is_of_contact,
        updated_at,
        loaded_at
    from people

    union all

    -- what matching found for a person whom no source gives an account, and what people decided
    select
        person_key as source_key,
        account_key as account_source_key,
        person_key as person_source_key,
        null as person_role,
        null as person_roles,
        false as is_direct,
        null as is_active,
        null as is_primary,
        null as relation_start_date,
        null as relation_end_date,
        case decision when 'same' then 'Decision' else 'Muster match' end as relationship_source,
        case decision when 'match' then score end as matching_score,
        case decision when 'match' then loaded_at end as score_created_at,
        case decision when 'match' then evidence end as matching_evidence,
        person_id,
        false as is_of_contact,
        null as updated_at,
        loaded_at
    from matches
    where decision in ('match', 'same')
),

resolved as (
    select
        links.* exclude (person_id),
        account_keys.account_id,
        coalesce(person_keys.person_id, links.person_id) as person_id,
        coalesce(account_keys.account_id, links.account_source_key) as account_part,
        coalesce(person_keys.person_id, links.person_id, links.person_source_key) as person_part
    from links
    left join account_keys on links.account_source_key = account_keys.source_key
    left join person_keys on links.person_source_key = person_keys.source_key
),

ranked as (
    select
        resolved.*,
        {{ recency(prefer='is_of_contact') }} as recency
    from resolved
),

merged as (
    select
        account_part,
        person_part,
        any_value(account_id) as account_id,
        any_value(person_id) as person_id,
        {{ latest('account_source_key') }} as account_key,
        {{ latest('person_source_key') }} as person_key,
        {{ latest('person_role') }} as person_role,
        list_sort(list_distinct(flatten(
            list(person_roles) filter (where person_roles is not null)
        ))) as person_roles,
        coalesce(bool_or(is_direct), false) as is_direct,
        coalesce({{ latest('is_active') }}, true) as is_active,
        coalesce(bool_or(is_primary), false) as is_said_primary,
        {{ latest('relation_start_date') }} as relation_start_date,
        {{ latest('relation_end_date') }} as relation_end_date,
        {{ latest('relationship_source') }} as relationship_source,
        list_sort(list_distinct(list(relationship_source))) as relationship_sources,
        max(matching_score) as matching_score,
        max(score_created_at) as score_created_at,
        arg_max(matching_evidence, matching_score) as matching_evidence,
        coalesce(bool_or(is_of_contact), false) as is_of_contact,
        max(updated_at) filter (where is_of_contact) as contact_updated_at,
        max(updated_at) as updated_at
    from ranked
    where
        not exists (
            select 1 from matches
            where
                matches.decision = 'different'
                and matches.person_id = ranked.person_id
                and matches.account_id = ranked.account_id
        )
    group by account_part, person_part
),

-- the account of the newest contact, else the one a relation calls primary, else the newest the records name
primaries as (
    select account_part, person_part
    from merged
    where account_id is not null and person_id is not null
    qualify
        row_number() over (
            partition by person_id
            order by
                is_of_contact desc,
                contact_updated_at desc nulls last,
                is_said_primary desc,
                is_active desc,
                is_direct desc,
                updated_at desc nulls last,
                account_id asc
        ) = 1
)

select
    ----------  ids
    {{ surrogate_key('ap', ['merged.account_part', 'merged.person_part']) }} as account_person_id,
    merged.account_id,
    merged.person_id,
    merged.account_key,
    merged.person_key,

    ----------  relation
    merged.person_role,
    merged.person_roles,
    merged.is_direct,
    merged.is_active,
    primaries.person_part is not null as is_primary,
    merged.relation_start_date,
    merged.relation_end_date,
    merged.relationship_source,
    merged.relationship_sources,
    merged.matching_score,
    merged.score_created_at,
    merged.matching_evidence
from merged
left join primaries
    on merged.account_part = primaries.account_part and merged.person_part = primaries.person_part
