with marketing_lists as (
    select * from {{ ref('int_marketing_list__unioned') }}
    where not is_deleted
),

marketing_list_keys as (
    select * from {{ ref('int_marketing_list_by_key') }}
),

resolved as (
    select
        marketing_lists.*,
        marketing_list_keys.marketing_list_id
    from marketing_lists
    inner join marketing_list_keys on marketing_lists.source_key = marketing_list_keys.source_key
),

ranked as (
    select
        resolved.*,
        {{ recency() }} as recency,
        {{ seniority() }} as seniority
    from resolved
)

select
    ----------  ids
    marketing_list_id,
    arg_min(source_key, seniority) as marketing_list_key,

    ----------  list
    {{ latest('marketing_list_name') }} as marketing_list_name,
    {{ latest('marketing_list_description') }} as marketing_list_description,

    ----------  times
    min(created_at) as created_at,
    max(updated_at) as updated_at,
    max(loaded_at) as loaded_at
from ranked
group by marketing_list_id
