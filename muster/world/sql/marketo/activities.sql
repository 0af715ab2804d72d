select
    guid as marketoGUID,
    lead_id as leadId,
    iso(occurred_at) as activityDate,
    type_id as activityTypeId,
    campaign_id as campaignId,
    asset_id as primaryAttributeValueId,
    asset as primaryAttributeValue,
    attributes
from activity
where instance = getvariable('instance')
order by occurred_at, guid
