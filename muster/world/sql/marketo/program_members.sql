select
    program_id as programId,
    lead_id as leadId,
    case instance when 'marketo-na' then campaign.name else 'EMEA ' || campaign.name end as program,
    status as statusName,
    null as statusReason,
    program_member.is_success as reachedSuccess,
    case when program_member.is_success then iso(responded_at) end as reachedSuccessDate,
    iso(joined_at) as membershipDate,
    false as acquiredBy,
    false as isExhausted,
    case when channel = 'Nurture' then 'norm' end as nurtureCadence,
    case when channel = 'Nurture' then 'Stream ' || (1 + membership % 3) end as trackName,
    case when channel = 'Webinar' then 'https://webinar.example/' || program_id end as webinarUrl,
    null as registrationCode,
    iso(joined_at) as createdAt,
    iso(updated_at) as updatedAt
from program_member
inner join campaign using (campaign)
where instance = getvariable('instance') and is_news(updated_at)
order by program_id, lead_id
