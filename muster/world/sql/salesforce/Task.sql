with task as (
    select
        contact_id as who, person * 2 + turn.turn as number, person, account_id, turn.turn,
        later(getvariable('until'), -getvariable('days') + 4 * getvariable('days')
            * chance('task at', person * 2 + turn.turn)) as created_at,
        contact.created_at as known_since, deleted_at
    from contact
    inner join (values (0), (1)) as turn (turn) on chance('task', person * 2 + turn.turn) < 0.5
    where copy = 0 and not is_orphan
    union all
    select
        lead_id, person * 2, person, null, 0,
        later(getvariable('until'), -getvariable('days') + 4 * getvariable('days') * chance('task at', person * 2)),
        created_at, deleted_at
    from lead
    where kind = 'lead' and chance('task', person * 2) < 0.5
),

about as (
    select person, min(opportunity_id) as opportunity_id from part where deleted_at is null group by person
)

select
    salesforce_id('00T', number) as Id,
    who as WhoId,
    case when turn = 0 then coalesce(opportunity_id, account_id) else account_id end as WhatId,
    ['Call', 'Email: offer', 'Send letter', 'Email: next steps', 'Follow up'][1 + below(5, 'task subject', number)]
        as Subject,
    on_day(created_at) as ActivityDate,
    ['Completed', 'Completed', 'Not Started', 'In Progress'][1 + below(4, 'task status', number)] as Status,
    'Normal' as Priority,
    null as IsHighPriority,
    user_id(person) as OwnerId,
    null as Description,
    null as IsDeleted,
    account_id as AccountId,
    flag(below(4, 'task status', number) < 2) as IsClosed,
    salesforce_time(created_at) as CreatedDate,
    user_id(person) as CreatedById,
    salesforce_time(created_at) as LastModifiedDate,
    user_id(person) as LastModifiedById,
    salesforce_time(created_at) as SystemModstamp,
    null as IsArchived,
    null as CallDurationInSeconds,
    case when below(5, 'task subject', number) = 0 then 'Outbound' end as CallType,
    case below(5, 'task subject', number) when 0 then 'Call' when 1 then 'Email' when 3 then 'Email' else 'Task' end
        as TaskSubtype
from task
left join about using (person)
where is_news(created_at) and created_at > known_since
    and (deleted_at is null or created_at < deleted_at)
order by number
