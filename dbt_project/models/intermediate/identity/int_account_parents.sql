{%- set policies = merge_policies('account') -%}

with fragments as (
    select * from {{ ref('int_account_fragments') }}
),

-- numbered by age, so that the oldest of any number of accounts is the one with the smallest number
chosen as (
    select
        row_number() over (order by min(created_at) asc nulls last, account_id asc) - 1 as number,
        account_id,
        {{ survivor('parent_account_id', policies) }} as parent_account_id
    from fragments
    group by account_id
)

-- a parent of which there is only the key is none
select
    chosen.number,
    chosen.account_id,
    parents.account_id as parent_account_id,
    parents.number as parent_number
from chosen
left join chosen as parents on chosen.parent_account_id = parents.account_id
