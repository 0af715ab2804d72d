select
    membership as id,
    list_id as listId,
    lead_id as leadId,
    iso(added_at) as createdAt,
    iso(coalesce(gone_at, removed_at, added_at)) as updatedAt,
    removed_at is not null or gone_at is not null as isDeleted
from list_member
where instance = getvariable('instance') and is_news(coalesce(gone_at, removed_at, added_at))
order by list_id, lead_id
