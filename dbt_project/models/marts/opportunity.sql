with opportunities as (
    select * from {{ ref('int_opportunity__unioned') }}
    where not is_deleted
),

opportunity_keys as (
    select * from {{ ref('int_opportunity_by_key') }}
),

account_keys as (
    select source_key, account_id from {{ ref('int_account_by_key') }}
),

campaign_keys as (
    select * from {{ ref('int_campaign_by_key') }}
),

resolved as (
    select
        opportunities.*,
        opportunity_keys.opportunity_id,
        account_keys.account_id,
        campaign_keys.campaign_id
    from opportunities
    inner join opportunity_keys on opportunities.source_key = opportunity_keys.source_key
    left join account_keys on opportunities.account_source_key = account_keys.source_key
    left join campaign_keys on opportunities.campaign_source_key = campaign_keys.source_key
),

ranked as (
    select
        resolved.*,
        {{ recency() }} as recency,
        {{ seniority() }} as seniority
    from resolved
),

merged as (
    select
        ----------  ids
        opportunity_id,
        {{ latest('account_id') }} as account_id,
        {{ latest('campaign_id') }} as campaign_id,
        arg_min(source_key, seniority) as opportunity_key,
        {{ latest('account_source_key') }} as account_key,
        {{ latest('campaign_source_key') }} as campaign_key,

        ----------  opportunity
        {{ latest('opportunity_name') }} as opportunity_name,
        {{ latest('opportunity_description') }} as opportunity_description,
        {{ latest('opportunity_type') }} as opportunity_type,
        {{ latest('opportunity_stage') }} as opportunity_stage,
        {{ latest('amount') }} as amount,
        -- the currency goes with the amount; a copy that names none has its original's
        arg_max(amount_currency, recency) filter (where amount is not null) as amount_currency,
        {{ latest('expected_revenue') }} as expected_revenue,
        {{ latest('expected_close_date') }} as expected_close_date,
        {{ latest('actual_close_date') }} as actual_close_date,
        {{ latest('fiscal_year') }} as fiscal_year,
        {{ latest('fiscal_quarter') }} as fiscal_quarter,
        {{ latest('forecast_category') }} as forecast_category,
        {{ latest('forecast_category_name') }} as forecast_category_name,
        {{ latest('is_closed') }} as is_closed,
        {{ latest('is_won') }} as is_won,
        {{ latest('probability') }} as probability,
        {{ latest('quantity') }} as quantity,
        {{ latest('lead_source') }} as lead_source,
        {{ latest('next_step') }} as next_step,

        ----------  times
        max(last_activity_at) as last_activity_at,
        min(created_at) as created_at,
        max(updated_at) as updated_at,
        max(loaded_at) as loaded_at
    from ranked
    group by opportunity_id
)

select
    *,
    {{ in_organisation_currency('amount', 'amount_currency') }} as amount_converted
from merged
