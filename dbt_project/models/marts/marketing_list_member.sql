with members as (
    select * from {{ ref('int_marketing_list_member__unioned') }}
    where not is_deleted
),

marketing_list_keys as (
    select * from {{ ref('int_marketing_list_by_key') }}
),

person_keys as (
    select * from {{ ref('int_person_by_key') }}
),

resolved as (
    select
        members.*,
        marketing_list_keys.marketing_list_id,
        person_keys.person_id,
        coalesce(marketing_list_keys.marketing_list_id, members.marketing_list_source_key) as marketing_list_part,
        coalesce(person_keys.person_id, members.person_source_key) as person_part
    from members
    left join marketing_list_keys on members.marketing_list_source_key = marketing_list_keys.source_key
    left join person_keys on members.person_source_key = person_keys.source_key
),

ranked as (
    select
        resolved.*,
        {{ recency() }} as recency
    from resolved
)

select
    ----------  ids
    {{ surrogate_key('lm', ['marketing_list_part', 'person_part']) }} as marketing_list_member_id,
    any_value(marketing_list_id) as marketing_list_id,
    any_value(person_id) as person_id,
    {{ latest('marketing_list_source_key') }} as marketing_list_key,
    {{ latest('person_source_key') }} as person_key,

    ----------  membership
    false as is_deleted,
    min(added_at) as added_at
from ranked
group by marketing_list_part, person_part
