with living as (
    select node, person_id as id, first_loaded_at as first_seen
    from {{ ref('int_person_by_identity') }}
    where not is_device
),

ids as (
    select person_id as id, merged_ids
    from {{ ref('int_person_ids') }}
),

register as (
    select * from {{ register('person') }}
),

next_register as (
    {{ register_rows('living', 'ids', 'register') | indent(4) }}
)

select
    node,
    id,
    merged_into,
    first_seen,
    is_present
from next_register
