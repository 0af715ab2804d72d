with activities as (
    select * from {{ ref('int_activity__unioned') }}
    where not is_deleted and (person_source_key is not null or len(identities) > 0)
),

-- whom the source deleted does not come back by what they did before
deleted_people as (
    select source_key from {{ ref('int_person__unioned') }}
    where is_deleted and merged_into_source_key is null
),

sets as (
    select
        person_source_key,
        identities,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at,
        min(loaded_at) as loaded_at,
        arg_max(source_key, (occurred_at, source_key)) as last_source_key,
        arg_max(source_name, (occurred_at, source_key)) as source_name,
        count(*) as events
    from activities
    group by person_source_key, identities
)

select
    row_number() over () as set_number,
    sets.*
from sets
where
    not exists (
        select 1 from deleted_people
        where deleted_people.source_key = sets.person_source_key
    )
