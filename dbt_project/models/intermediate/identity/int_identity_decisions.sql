with told as (
    select * from {{ identity_decisions() }}
),

-- a pair stands for what was decided last, and its keys in one order; a person stands left of an account
ordered as (
    select
        kind,
        case when kind = 'person_account' then left_key else least(left_key, right_key) end as left_key,
        case when kind = 'person_account' then right_key else greatest(left_key, right_key) end as right_key,
        decision,
        cause,
        decided_by,
        decided_at,
        note
    from told
)

select
    kind,
    left_key,
    right_key,
    decision,
    cause,
    decided_by,
    decided_at,
    note
from ordered
qualify row_number() over (partition by kind, left_key, right_key order by decided_at desc nulls last) = 1
