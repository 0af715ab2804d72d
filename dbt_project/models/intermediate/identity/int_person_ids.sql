with members as (
    select cluster, node, is_record, born_at
    from {{ ref('int_person_clusters') }}
    where is_person and not is_device
),

register as (
    select * from {{ register('person') }}
),

ids as (
    {{ stable_ids('members', 'register', 'p') | indent(4) }}
)

select
    cluster,
    id as person_id,
    is_new,
    merged_ids
from ids
