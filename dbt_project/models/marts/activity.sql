with activities as (
    select * from {{ ref('int_activity__unioned') }}
    where not is_deleted
),

event_people as (
    select * from {{ ref('int_event_people') }}
),

account_keys as (
    select source_key, account_id from {{ ref('int_account_by_key') }}
),

opportunity_keys as (
    select * from {{ ref('int_opportunity_by_key') }}
),

campaign_keys as (
    select * from {{ ref('int_campaign_by_key') }}
),

marketing_list_keys as (
    select * from {{ ref('int_marketing_list_by_key') }}
)

select
    ----------  ids
    activities.source_key as activity_id,
    event_people.person_id,
    account_keys.account_id,
    opportunity_keys.opportunity_id,
    campaign_keys.campaign_id,
    marketing_list_keys.marketing_list_id,
    activities.person_source_key as person_key,
    activities.account_source_key as account_key,
    activities.opportunity_source_key as opportunity_key,
    activities.campaign_source_key as campaign_key,
    activities.marketing_list_source_key as marketing_list_key,
    activities.ecid,

    ----------  event
    activities.event_type,
    activities.occurred_at,
    activities.subject,
    activities.producer,
    activities.source_name,

    ----------  web and mail
    activities.page_name,
    activities.page_url,
    activities.referrer_url,
    activities.link_url,
    activities.form_name,
    activities.mailing_name
from activities
left join event_people
    on
        activities.person_source_key is not distinct from event_people.person_source_key
        and activities.identities is not distinct from event_people.identities
left join account_keys on activities.account_source_key = account_keys.source_key
left join opportunity_keys on activities.opportunity_source_key = opportunity_keys.source_key
left join campaign_keys on activities.campaign_source_key = campaign_keys.source_key
left join marketing_list_keys on activities.marketing_list_source_key = marketing_list_keys.source_key
