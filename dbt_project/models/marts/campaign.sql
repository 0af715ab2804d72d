with campaigns as (
    select * from {{ ref('int_campaign__unioned') }}
    where not is_deleted
),

campaign_keys as (
    select * from {{ ref('int_campaign_by_key') }}
),

resolved as (
    select
        campaigns.*,
        campaign_keys.campaign_id,
        nullif(parent_keys.campaign_id, campaign_keys.campaign_id) as parent_campaign_id
    from campaigns
    inner join campaign_keys on campaigns.source_key = campaign_keys.source_key
    left join campaign_keys as parent_keys on campaigns.parent_campaign_source_key = parent_keys.source_key
),

ranked as (
    select
        resolved.*,
        {{ recency() }} as recency,
        {{ seniority() }} as seniority
    from resolved
)

select
    ----------  ids
    campaign_id,
    {{ latest('parent_campaign_id') }} as parent_campaign_id,
    arg_min(source_key, seniority) as campaign_key,
    {{ latest('parent_campaign_source_key') }} as parent_campaign_key,

    ----------  campaign
    {{ latest('campaign_name') }} as campaign_name,
    {{ latest('campaign_type') }} as campaign_type,
    {{ latest('campaign_description') }} as campaign_description,
    {{ latest('campaign_status') }} as campaign_status,
    {{ latest('channel_name') }} as channel_name,
    {{ latest('campaign_start_date') }} as campaign_start_date,
    {{ latest('campaign_end_date') }} as campaign_end_date,
    {{ latest('is_active') }} as is_active,
    {{ latest('expected_revenue') }} as expected_revenue,
    {{ latest('budgeted_cost') }} as budgeted_cost,
    {{ latest('actual_cost') }} as actual_cost,

    ----------  times
    min(created_at) as created_at,
    max(updated_at) as updated_at,
    max(loaded_at) as loaded_at
from ranked
group by campaign_id
