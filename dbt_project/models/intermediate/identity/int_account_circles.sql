with recursive accounts as (
    select * from {{ ref('int_account_parents') }}
),

links as (
    select number as left_number, parent_number as right_number
    from accounts
    where parent_number is not null
),

components as (
    {{ connected_components('accounts', 'links') | indent(4) }}
),

-- where every account has a parent, they lead into a circle, after as many steps as there are accounts at the latest
rootless as (
    select
        components.component,
        min(components.node) as number,
        count(*) as accounts
    from components
    inner join accounts on components.node = accounts.number
    group by components.component
    having count(*) = count(accounts.parent_number)
),

walk (component, number, step, accounts) as (
    select component, number, 0, accounts
    from rootless

    union all

    select walk.component, accounts.parent_number, walk.step + 1, walk.accounts
    from walk
    inner join accounts on walk.number = accounts.number
    where walk.step < walk.accounts
),

circles (component, number) as (
    select component, number
    from walk
    where step = accounts

    union

    select circles.component, accounts.parent_number
    from circles
    inner join accounts on circles.number = accounts.number
)

select
    accounts.account_id,
    circles.number = min(circles.number) over (partition by circles.component) as is_head
from circles
inner join accounts on circles.number = accounts.number
