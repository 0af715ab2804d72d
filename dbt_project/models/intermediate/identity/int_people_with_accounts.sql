with people as (
    select source_key, account_source_key from {{ ref('int_person__unioned') }}
    where not is_deleted
),

relations as (
    select person_source_key, account_source_key from {{ ref('int_account_person__unioned') }}
    where not is_deleted
),

person_keys as (
    select * from {{ ref('int_person_by_key') }}
),

account_keys as (
    select source_key, account_id from {{ ref('int_account_by_key') }}
),

told as (
    select source_key as person_source_key, account_source_key from people
    union all
    select person_source_key, account_source_key from relations
)

select distinct person_keys.person_id
from told
inner join person_keys on told.person_source_key = person_keys.source_key
inner join account_keys on told.account_source_key = account_keys.source_key
