{{ config(meta={'dagster': {'ref': {'name': 'int_person_register'}}}) }}
-- Every profile and account has living rows in the next register, and a node belongs to one living id.
with profiles as (
    select person_id as id from {{ ref('person') }}
    union all
    select account_id from {{ ref('account') }}
),

registers as (
    select node, id, merged_into from {{ ref('int_person_register') }}
    union all
    select node, id, merged_into from {{ ref('int_account_register') }}
),

living as (
    select node, id from registers
    where merged_into is null
)

select id from profiles
where id not in (select id from living)

union all

select node from living
group by node
having count(*) > 1

union all

select id from living
where id in (
    select id from registers
    where merged_into is not null
)
