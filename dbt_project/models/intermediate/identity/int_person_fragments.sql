with people as (
    select * from {{ ref('int_person__unioned') }}
),

ranks as (
    select * from {{ ref('int_person_ranks') }}
),

shared_mailboxes as (
    select value from {{ ref('int_identity_guards') }}
    where namespace = 'Email'
)

select
    people.* replace (coalesce(people.email, people.work_email) as work_email),
    people.account_source_key as account_key,
    ranks.person_id,
    ranks.is_contact,
    coalesce(people.email, people.work_email) not in (select shared_mailboxes.value from shared_mailboxes)
        as has_own_mailbox,
    ranks.recency,
    ranks.seniority
from people
inner join ranks on people.source_key = ranks.source_key
