with fragments as (
    select * from {{ ref('int_campaign__unioned') }}
),

ids as (
    {{ keyed_ids('fragments', 'c') | indent(4) }}
)

select
    source_key,
    id as campaign_id
from ids
