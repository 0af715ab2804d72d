with identities as (
    select * from {{ ref('int_person_by_identity') }}
),

people as (
    select person_id, person_key from {{ ref('person') }}
),

ranked as (
    select
        identities.*,
        row_number() over (
            partition by identities.person_id
            order by
                coalesce(identities.value = people.person_key and identities.namespace = 'b2b_person', false) desc,
                identities.is_device asc,
                identities.born_at asc nulls last,
                identities.node asc
        ) = 1 as is_primary
    from identities
    inner join people on identities.person_id = people.person_id
)

select
    {{ surrogate_key('pi', ['node']) }} as person_identity_id,
    person_id,
    namespace,
    value,
    is_primary,
    source_key
from ranked
