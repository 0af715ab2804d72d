with leads as (
    select * from {{ ref('int_leads') }}
),

scores as (
    select * from {{ ref('int_lead_account_scores') }}
    where decision in ('match', 'review')
),

accounts as (
    select account_id, account_key from {{ ref('account') }}
),

-- by their records, and by the address of those who have none
person_keys as (
    select source_key, person_id from {{ ref('int_person_by_key') }}
    union all
    select source_key, person_id from leads
    where source_key not in (select source_key from {{ ref('int_person_by_key') }})
),

account_keys as (
    select source_key, account_id from {{ ref('int_account_by_key') }}
),

decisions as (
    select
        decisions.decision,
        decisions.left_key as person_key,
        decisions.right_key as account_key,
        person_keys.person_id,
        account_keys.account_id,
        nullif(concat_ws(', ', decisions.decided_by, decisions.note), '') as evidence
    from {{ ref('int_identity_decisions') }} as decisions
    inner join person_keys on decisions.left_key = person_keys.source_key
    inner join account_keys on decisions.right_key = account_keys.source_key
    where decisions.kind = 'person_account'
),

-- what the records of a person say, each for itself; the last word on an account is the newest
told as (
    select
        leads.person_id,
        scores.account_id,
        scores.score,
        scores.evidence,
        scores.decision,
        leads.source_key as person_key,
        leads.loaded_at,
        count(distinct scores.account_id) filter (where scores.decision = 'match') over (
            partition by leads.person_id
        ) as matched_accounts
    from leads
    inner join scores on leads._row = scores.lead_row
    where
        not exists (
            select 1 from decisions
            where decisions.person_id = leads.person_id and decisions.account_id = scores.account_id
        )
    qualify
        row_number() over (
            partition by leads.person_id, scores.account_id
            order by scores.score desc, leads.updated_at desc nulls last, leads.source_key asc
        ) = 1
),

judged as (
    select
        person_id,
        account_id,
        person_key,
        score,
        evidence,
        loaded_at,
        case
            when decision = 'review' then 'not sure enough'
            when matched_accounts > 1 then 'records of the person fit different accounts'
        end as reason
    from told
    -- beside an account that fits, one that may fit is no question; nor can a decision name people without a record
    where
        decision = 'match'
        or (matched_accounts = 0 and person_key in (select source_key from {{ ref('int_person_by_key') }}))
)

select
    judged.person_id,
    judged.account_id,
    judged.person_key,
    accounts.account_key,
    judged.score,
    judged.evidence,
    case when judged.reason is null then 'match' else 'review' end as decision,
    judged.reason,
    judged.loaded_at
from judged
inner join accounts on judged.account_id = accounts.account_id
where
    not exists (
        select 1 from decisions
        where decisions.person_id = judged.person_id and decisions.decision = 'same'
    )

union all

select
    person_id,
    account_id,
    person_key,
    account_key,
    1.0::double as score,
    evidence,
    decision,
    null as reason,
    null as loaded_at
from decisions
qualify row_number() over (partition by person_id, account_id order by decision asc, person_key asc) = 1
