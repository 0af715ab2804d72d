with accounts as (
    select * from {{ ref('int_account_names') }}
),

parents as (
    select number, account_id from {{ ref('int_account_parents') }}
),

elders as (
    select lineage.account_id, parents.number
    from {{ ref('int_account_lineage') }} as lineage
    inner join parents on lineage.ancestor_account_id = parents.account_id
    where lineage.distance = 1
),

-- a domain of more than 30 accounts is a portal or a provider, not a company; a name of as many is no name
domains as (
    select domain
    from accounts
    where domain is not null
    group by domain
    having count(*) between 2 and 30
),

names as (
    select name
    from accounts
    where name is not null
    group by name
    having count(*) between 2 and 30
)

select
    parents.number,
    accounts.account_id,
    coalesce(elders.number, -1) as parent_number,
    domains.domain,
    names.name,
    min(parents.number) over (partition by domains.domain) as domain_number,
    min(parents.number) over (partition by names.name) as name_number
from accounts
inner join parents on accounts.account_id = parents.account_id
left join elders on accounts.account_id = elders.account_id
left join domains on accounts.domain = domains.domain
left join names on accounts.name = names.name
