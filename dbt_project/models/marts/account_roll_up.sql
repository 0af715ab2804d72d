with lineage as (
    select * from {{ ref('int_account_lineage') }}
),

accounts as (
    select account_id, employees from {{ ref('account') }}
),

account_people as (
    select distinct account_id, person_id
    from {{ ref('account_person') }}
    where is_active and account_id is not null and person_id is not null
),

amounts as (
    select
        *,
        {{ in_organisation_currency('open_amount', 'currency') }} as open_amount_converted,
        {{ in_organisation_currency('won_amount', 'currency') }} as won_amount_converted
    from {{ ref('account_amount') }}
),

members as (
    select
        lineage.ancestor_account_id as account_id,
        count(*) as accounts,
        sum(accounts.employees)::bigint as employees
    from lineage
    inner join accounts on lineage.account_id = accounts.account_id
    group by lineage.ancestor_account_id
),

staff as (
    select
        lineage.ancestor_account_id as account_id,
        count(distinct account_people.person_id) as people
    from lineage
    inner join account_people on lineage.account_id = account_people.account_id
    group by lineage.ancestor_account_id
),

deals as (
    select
        account_id,
        sum(open_opportunities)::bigint as open_opportunities,
        sum(open_amount_converted) as open_amount,
        sum(won_opportunities)::bigint as won_opportunities,
        sum(won_amount_converted) as won_amount,
        sum(open_opportunities + won_opportunities) filter (where open_amount_converted is null)::bigint
            as other_currency_opportunities
    from amounts
    group by account_id
)

select
    members.account_id as account_roll_up_id,
    members.accounts,
    coalesce(staff.people, 0) as people,
    members.employees,
    coalesce(deals.open_opportunities, 0) as open_opportunities,
    coalesce(deals.open_amount, 0) as open_amount,
    coalesce(deals.won_opportunities, 0) as won_opportunities,
    coalesce(deals.won_amount, 0) as won_amount,
    coalesce(deals.other_currency_opportunities, 0) as other_currency_opportunities
from members
left join staff on members.account_id = staff.account_id
left join deals on members.account_id = deals.account_id
