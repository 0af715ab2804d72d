with

salesforce_campaigns as (
    select * from {{ ref("stg_salesforce__campaigns") }}
),

marketo_programs as (
    select * from {{ ref("stg_marketo__programs") }}
),

campaigns as (
    select * from {{ ref("stg_table__campaigns") }}
),

aliases as (
    select * from {{ ref("int_aliases") }}
),

unioned as (
    select * from salesforce_campaigns
    union all by name
    select * from marketo_programs
    union all by name
    select * from campaigns
)

select
    unioned.source_key,
    unioned.source_type,
    unioned.source_name,
    unioned.record_id,
    unioned.external_key,
    unioned.is_deleted,
    coalesce(parent_campaign_alias.source_key, unioned.parent_campaign_source_key) as parent_campaign_source_key,
    unioned.campaign_name,
    unioned.campaign_type,
    unioned.campaign_description,
    unioned.campaign_status,
    unioned.channel_name,
    unioned.campaign_start_date,
    unioned.campaign_end_date,
    unioned.is_active,
    unioned.expected_revenue,
    unioned.budgeted_cost,
    unioned.actual_cost,
    unioned.created_at,
    unioned.updated_at,
    unioned.loaded_at
from unioned
left join aliases as parent_campaign_alias
    on
        parent_campaign_alias.object = 'campaign'
        and lower(unioned.parent_campaign_source_key) = parent_campaign_alias.alias_key
