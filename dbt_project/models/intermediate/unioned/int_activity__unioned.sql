with

salesforce_tasks as (
    select * from {{ ref("stg_salesforce__tasks") }}
),

salesforce_events as (
    select * from {{ ref("stg_salesforce__events") }}
),

marketo_activities as (
    select * from {{ ref("stg_marketo__activities") }}
),

activities_in_hubspot as (
    select * from {{ ref("stg_hubspot__activities") }}
),

hubspot_associations as (
    select * from {{ ref("int_hubspot__associations") }}
),

events as (
    select * from {{ ref("stg_events__events") }}
),

activities as (
    select * from {{ ref("stg_table__activities") }}
),

aliases as (
    select * from {{ ref("int_aliases") }}
),

activity_associates as (
    select
        from_source_key,
        min(to_source_key) filter (where to_object = 'contact') as person_source_key,
        min(to_source_key) filter (where to_object = 'company') as account_source_key,
        min(to_source_key) filter (where to_object = 'deal') as opportunity_source_key
    from hubspot_associations
    where from_object = 'activity'
    group by from_source_key
),

hubspot_activities as (
    select
        activities_in_hubspot.*,
        activity_associates.person_source_key,
        activity_associates.account_source_key,
        activity_associates.opportunity_source_key
    from activities_in_hubspot
    left join activity_associates
        on activities_in_hubspot.source_key = activity_associates.from_source_key
),

unioned as (
    select * from salesforce_tasks
    union all by name
    select * from salesforce_events
    union all by name
    select * from marketo_activities
    union all by name
    select * from hubspot_activities
    union all by name
    select * from events
    union all by name
    select * from activities
)

select
    unioned.source_key,
    unioned.source_type,
    unioned.source_name,
    unioned.record_id,
    cast(null as varchar) as external_key,
    unioned.is_deleted,
    coalesce(person_alias.source_key, unioned.person_source_key) as person_source_key,
    coalesce(account_alias.source_key, unioned.account_source_key) as account_source_key,
    coalesce(opportunity_alias.source_key, unioned.opportunity_source_key) as opportunity_source_key,
    coalesce(campaign_alias.source_key, unioned.campaign_source_key) as campaign_source_key,
    coalesce(marketing_list_alias.source_key, unioned.marketing_list_source_key) as marketing_list_source_key,
    unioned.identities,
    unioned.ecid,
    unioned.event_type,
    unioned.occurred_at,
    unioned.page_name,
    unioned.page_url,
    unioned.referrer_url,
    unioned.link_url,
    unioned.form_name,
    unioned.mailing_name,
    unioned.subject,
    unioned.producer,
    unioned.created_at,
    unioned.updated_at,
    unioned.loaded_at
from unioned
left join aliases as person_alias
    on
        person_alias.object = 'person'
        and lower(unioned.person_source_key) = person_alias.alias_key
left join aliases as account_alias
    on
        account_alias.object = 'account'
        and lower(unioned.account_source_key) = account_alias.alias_key
left join aliases as opportunity_alias
    on
        opportunity_alias.object = 'opportunity'
        and lower(unioned.opportunity_source_key) = opportunity_alias.alias_key
left join aliases as campaign_alias
    on
        campaign_alias.object = 'campaign'
        and lower(unioned.campaign_source_key) = campaign_alias.alias_key
left join aliases as marketing_list_alias
    on
        marketing_list_alias.object = 'marketing_list'
        and lower(unioned.marketing_list_source_key) = marketing_list_alias.alias_key
