with counted as (
    select * from {{ ref('int_mail_domain_people') }}
),

account_keys as (
    select source_key, account_id from {{ ref('int_account_by_key') }}
),

websites as (
    select
        records.domain,
        account_keys.account_id
    from {{ ref('int_account_records') }} as records
    inner join account_keys on records.source_key = account_keys.source_key
)

-- where at least three people of an account write from, and next to nobody else does
select
    account_id,
    domain,
    people
from counted
where
    people >= 3
    and share >= 0.95
    and not exists (
        select 1 from websites
        where websites.domain = counted.domain and websites.account_id <> counted.account_id
    )
