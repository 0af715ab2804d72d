with people as (
    select
        source_key,
        account_source_key,
        lower(split_part(coalesce(work_email, email), '@', 2)) as domain
    from {{ ref('int_person__unioned') }}
    where not is_deleted and account_source_key is not null
),

person_keys as (
    select * from {{ ref('int_person_by_key') }}
),

account_keys as (
    select source_key, account_id from {{ ref('int_account_by_key') }}
),

free_mail_domains as (
    select domain from {{ ref('free_mail_domains') }}
),

told as (
    select
        people.domain,
        account_keys.account_id,
        count(distinct person_keys.person_id) as people
    from people
    inner join person_keys on people.source_key = person_keys.source_key
    inner join account_keys on people.account_source_key = account_keys.source_key
    where people.domain <> '' and people.domain not in (select free_mail_domains.domain from free_mail_domains)
    group by people.domain, account_keys.account_id
)

select
    domain,
    account_id,
    people,
    people / sum(people) over (partition by domain) as share
from told
