with people as (
    select * from {{ ref('int_person__unioned') }}
),

ranks as (
    select * from {{ ref('int_person_ranks') }}
)

select
    people.* replace (coalesce(people.email, people.work_email) as work_email),
    people.account_source_key as account_key,
    ranks.person_id,
    ranks.is_contact,
    ranks.recency,
    ranks.seniority
from people
inner join ranks on people.source_key = ranks.source_key
