with records as (
    select * from {{ ref('int_account_records') }}
),

accounts as (
    select * from {{ ref('account') }}
),

account_links as (
    select * from {{ ref('account_link') }}
),

groups_of_accounts as (
    select group_id, count(*) as accounts
    from {{ ref('int_account_groups') }}
    group by group_id
),

account_people as (
    select * from {{ ref('account_person') }}
    where account_id is not null and person_id is not null
),

leads as (
    select distinct person_id from {{ ref('int_leads') }}
),

reviews as (
    select * from {{ ref('account_match_review') }}
),

counted as (
    select 'account resolution' as process, 'records' as metric, count(*) as value
    from records
    union all
    select 'account resolution' as process, 'accounts' as metric, count(*) as value
    from accounts
    union all
    select 'account resolution' as process, 'links used' as metric, count(*) as value
    from account_links
    where refused_because is null
    union all
    select 'account resolution' as process, 'links refused' as metric, count(*) as value
    from account_links
    where refused_because is not null
    union all
    select 'account resolution' as process, 'to review' as metric, count(*) as value
    from reviews
    where kind = 'account'
    union all
    select 'account resolution' as process, 'accounts in circles of parents' as metric, count(*) as value
    from accounts
    where is_in_parent_cycle
    union all
    select 'related accounts' as process, 'accounts' as metric, coalesce(sum(accounts), 0) as value
    from groups_of_accounts
    union all
    select 'related accounts' as process, 'groups' as metric, count(*) as value
    from groups_of_accounts
    union all
    select 'related accounts' as process, 'groups of one' as metric, count(*) as value
    from groups_of_accounts
    where accounts = 1
    union all
    select 'related accounts' as process, 'largest group' as metric, coalesce(max(accounts), 0) as value
    from groups_of_accounts
    union all
    select 'related accounts' as process, 'median group' as metric, coalesce(median(accounts), 0) as value
    from groups_of_accounts
    union all
    select 'lead to account' as process, 'people with an account' as metric, count(distinct person_id) as value
    from account_people
    union all
    select 'lead to account' as process, 'people with an account before' as metric, count(distinct person_id) as value
    from account_people
    where relationship_sources <> ['Muster match']
    union all
    select 'lead to account' as process, 'accounts' as metric, count(*) as value
    from accounts
    union all
    select 'lead to account' as process, 'matched' as metric, count(distinct person_id) as value
    from account_people
    where relationship_sources = ['Muster match']
    union all
    select 'lead to account' as process, 'to review' as metric, count(distinct person_id) as value
    from reviews
    where kind = 'person_account'
    union all
    select 'lead to account' as process, 'unmatched' as metric, count(*) as value
    from leads
    where person_id not in (select account_people.person_id from account_people)
)

select
    {{ surrogate_key('mm', ['process', 'metric']) }} as matching_metric_id,
    process,
    metric,
    value::double as value
from counted
