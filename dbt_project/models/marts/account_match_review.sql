with account_links as (
    select * from {{ ref('account_link') }}
),

roots as (
    select * from {{ ref('int_account_roots') }}
),

lead_matches as (
    select * from {{ ref('int_lead_account_matches') }}
),

-- two accounts that matching would make one, were not something in the way that only a person can weigh; members of
-- one hierarchy are known to be two
accounts as (
    select
        'account' as kind,
        substr(account_links.left_node, length('b2b_account:') + 1) as left_key,
        substr(account_links.right_node, length('b2b_account:') + 1) as right_key,
        null as person_id,
        account_links.account_id,
        account_links.other_account_id as candidate_account_id,
        account_links.probability as score,
        account_links.evidence,
        account_links.refused_because as reason
    from account_links
    inner join roots on account_links.account_id = roots.account_id
    inner join roots as other_roots on account_links.other_account_id = other_roots.account_id
    where
        account_links.kind = 'match'
        and account_links.account_id <> account_links.other_account_id
        and roots.ultimate_parent_account_id <> other_roots.ultimate_parent_account_id
        and account_links.refused_because not in ('decided to be different', 'different D-U-N-S numbers')
    qualify
        row_number() over (
            partition by
                least(account_links.account_id, account_links.other_account_id),
                greatest(account_links.account_id, account_links.other_account_id)
            order by account_links.probability desc, account_links.left_node asc, account_links.right_node asc
        ) = 1
),

people as (
    select
        'person_account' as kind,
        person_key as left_key,
        account_key as right_key,
        person_id,
        null as account_id,
        account_id as candidate_account_id,
        score,
        evidence,
        reason
    from lead_matches
    where decision = 'review'
),

cases as (
    select * from accounts
    union all
    select * from people
)

select
    {{ surrogate_key('am', ['kind', 'left_key', 'right_key']) }} as account_match_review_id,
    kind,
    left_key,
    right_key,
    person_id,
    account_id,
    candidate_account_id,
    score,
    evidence,
    reason
from cases
