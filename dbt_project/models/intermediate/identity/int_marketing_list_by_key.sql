with fragments as (
    select * from {{ ref('int_marketing_list__unioned') }}
),

ids as (
    {{ keyed_ids('fragments', 'l') | indent(4) }}
)

select
    source_key,
    id as marketing_list_id
from ids
