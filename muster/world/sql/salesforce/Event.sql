with meeting as (
    select
        contact.*,
        later(getvariable('until'), -getvariable('days') + 3 * getvariable('days') * chance('meeting at', person))
            as planned_at,
        date_trunc('hour', later(planned_at, 2)) as meets_at
    from contact
    where copy = 0 and not is_orphan and chance('meeting', person) < 0.5
)

select
    salesforce_id('00U', person) as Id,
    contact_id as WhoId,
    account_id as WhatId,
    ['Meeting', 'Demonstration', 'Call', 'Site visit'][1 + below(4, 'meeting subject', person)] as Subject,
    city as Location,
    null as IsAllDayEvent,
    salesforce_time(meets_at) as ActivityDateTime,
    on_day(meets_at) as ActivityDate,
    60 as DurationInMinutes,
    salesforce_time(meets_at) as StartDateTime,
    salesforce_time(meets_at + interval 1 hour) as EndDateTime,
    null as Description,
    account_id as AccountId,
    user_id(person) as OwnerId,
    null as IsPrivate,
    'Busy' as ShowAs,
    null as IsDeleted,
    null as IsChild,
    null as IsGroupEvent,
    null as GroupEventType,
    salesforce_time(planned_at) as CreatedDate,
    user_id(person) as CreatedById,
    salesforce_time(planned_at) as LastModifiedDate,
    user_id(person) as LastModifiedById,
    salesforce_time(planned_at) as SystemModstamp,
    'Event' as EventSubtype
from meeting
where is_news(planned_at) and planned_at > created_at and (deleted_at is null or planned_at < deleted_at)
order by person
