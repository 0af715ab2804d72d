with accounts as (
    select
        row_number() over (order by account_id) as number,
        account_id,
        parent_account_id,
        domain
    from {{ ref('account') }}
),

free_mail_domains as (
    select domain from {{ ref('free_mail_domains') }}
),

parent_links as (
    select
        accounts.number as left_number,
        parents.number as right_number
    from accounts
    inner join accounts as parents on accounts.parent_account_id = parents.account_id
),

-- every account has one parent at most: what hangs together has the same ultimate one, or is a circle of parents
components as (
    {{ connected_components('accounts', 'parent_links') | indent(4) }}
),

families as (
    select
        accounts.account_id,
        components.component
    from accounts
    inner join components on accounts.number = components.node
    qualify count(*) over (partition by components.component) between 2 and 1000
),

-- a domain of more than 30 accounts is a portal or a provider, not a company
domains as (
    select account_id, domain
    from accounts
    where
        domain is not null
        and not exists (
            select 1 from free_mail_domains
            where free_mail_domains.domain = accounts.domain
        )
    qualify count(*) over (partition by domain) between 2 and 30
),

pairs as (
    select
        families.account_id,
        others.account_id as other_account_id,
        true as is_same_family,
        false as is_same_domain
    from families
    inner join families as others on families.component = others.component
    where families.account_id <> others.account_id

    union all

    select
        domains.account_id,
        others.account_id as other_account_id,
        false as is_same_family,
        true as is_same_domain
    from domains
    inner join domains as others on domains.domain = others.domain
    where domains.account_id <> others.account_id
)

select
    {{ surrogate_key('ra', ['account_id', 'other_account_id']) }} as related_account_id,
    account_id,
    other_account_id,
    bool_or(is_same_family) as is_same_family,
    bool_or(is_same_domain) as is_same_domain
from pairs
group by account_id, other_account_id
