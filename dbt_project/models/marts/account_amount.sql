with lineage as (
    select * from {{ ref('int_account_lineage') }}
),

opportunities as (
    select * from {{ ref('opportunity') }}
    where account_id is not null
)

select
    {{ surrogate_key('aa', ['lineage.ancestor_account_id', 'opportunities.amount_currency']) }} as account_amount_id,
    lineage.ancestor_account_id as account_id,
    opportunities.amount_currency as currency,
    count(*) filter (where not coalesce(opportunities.is_closed, false)) as open_opportunities,
    coalesce(sum(opportunities.amount) filter (where not coalesce(opportunities.is_closed, false)), 0) as open_amount,
    count(*) filter (where opportunities.is_won) as won_opportunities,
    coalesce(sum(opportunities.amount) filter (where opportunities.is_won), 0) as won_amount
from lineage
inner join opportunities on lineage.account_id = opportunities.account_id
group by lineage.ancestor_account_id, opportunities.amount_currency
