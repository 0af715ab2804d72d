with identities as (
    select * from {{ ref('int_person_by_identity') }}
)

select
    value as source_key,
    person_id
from identities
where namespace = 'b2b_person'
