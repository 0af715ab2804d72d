with accounts as (
    select
        account.account_id,
        account.ultimate_parent_account_id,
        kin.domain,
        kin.name,
        kin_groups.group_id
    from {{ ref('account') }} as account
    inner join {{ ref('int_account_kin') }} as kin on account.account_id = kin.account_id
    inner join {{ ref('int_account_groups') }} as kin_groups on account.account_id = kin_groups.account_id
)

select
    {{ surrogate_key('ra', ['accounts.account_id', 'others.account_id']) }} as related_account_id,
    accounts.account_id,
    others.account_id as other_account_id,
    accounts.group_id,
    accounts.ultimate_parent_account_id = others.ultimate_parent_account_id as is_same_family,
    coalesce(accounts.domain = others.domain, false) as is_same_domain,
    coalesce(accounts.name = others.name, false) as is_same_name
from accounts
inner join accounts as others on accounts.group_id = others.group_id
where accounts.account_id <> others.account_id
