with fragments as (
    select * from {{ ref('int_opportunity__unioned') }}
),

ids as (
    {{ keyed_ids('fragments', 'o') | indent(4) }}
)

select
    source_key,
    id as opportunity_id
from ids
