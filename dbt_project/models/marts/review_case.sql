with decisions as (
    select * from {{ ref('int_identity_decisions') }}
),

matches as (
    select * from {{ ref('int_person_matches') }}
),

people_by_key as (
    select * from {{ ref('int_person_by_key') }}
),

refused_matches as (
    select
        left_node,
        right_node,
        any_value(refused_because) as refused_because
    from {{ ref('int_person_identity_links') }}
    where kind = 'match' and refused_because is not null
    group by left_node, right_node
),

account_reviews as (
    select * from {{ ref('account_match_review') }}
),

names as (
    select
        'person' as of,
        source_key,
        coalesce(full_name, nullif(concat_ws(' ', first_name, last_name), ''), email) as name,
        loaded_at
    from {{ ref('int_person__unioned') }}

    union all

    select
        'account' as of,
        source_key,
        account_name as name,
        loaded_at
    from {{ ref('int_account__unioned') }}
),

-- a match that something forbade is for people to judge, as is one that is not sure enough
people as (
    select
        'person' as kind,
        matches.left_key,
        matches.right_key,
        matches.probability,
        matches.evidence,
        coalesce(refused_matches.refused_because, 'not sure enough') as reason
    from matches
    inner join people_by_key as left_people on matches.left_key = left_people.source_key
    inner join people_by_key as right_people on matches.right_key = right_people.source_key
    left join refused_matches
        on
            'b2b_person:' || matches.left_key = refused_matches.left_node
            and 'b2b_person:' || matches.right_key = refused_matches.right_node
    where left_people.person_id <> right_people.person_id
),

accounts as (
    select
        kind,
        case when kind = 'person_account' then left_key else least(left_key, right_key) end as left_key,
        case when kind = 'person_account' then right_key else greatest(left_key, right_key) end as right_key,
        score as probability,
        evidence,
        reason
    from account_reviews
),

proposed as (
    select * from people
    union all
    select * from accounts
),

cases as (
    select
        coalesce(proposed.kind, decisions.kind) as kind,
        coalesce(proposed.left_key, decisions.left_key) as left_key,
        coalesce(proposed.right_key, decisions.right_key) as right_key,
        proposed.probability,
        proposed.evidence,
        proposed.reason,
        decisions.decision,
        decisions.decided_by,
        decisions.decided_at
    from proposed
    full outer join decisions
        on
            proposed.kind = decisions.kind
            and proposed.left_key = decisions.left_key
            and proposed.right_key = decisions.right_key
)

select
    {{ surrogate_key('rc', ['cases.kind', 'cases.left_key', 'cases.right_key']) }} as review_case_id,
    cases.kind,
    cases.left_key,
    cases.right_key,
    left_names.name as left_name,
    right_names.name as right_name,
    cases.probability,
    cases.evidence,
    cases.reason,
    cases.decision is null as is_open,
    cases.decision,
    cases.decided_by,
    cases.decided_at,
    greatest(left_names.loaded_at, right_names.loaded_at) as known_since
from cases
left join names as left_names
    on cases.left_key = left_names.source_key and left_names.of = split_part(cases.kind, '_', 1)
left join names as right_names
    on cases.right_key = right_names.source_key and right_names.of = split_part(cases.kind, '_', -1)
