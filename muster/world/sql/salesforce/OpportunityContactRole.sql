select
    role_id as Id,
    opportunity_id as OpportunityId,
    contact_id as ContactId,
    role as Role,
    flag(is_primary) as IsPrimary,
    salesforce_time(created_at) as CreatedDate,
    user_id(deal) as CreatedById,
    salesforce_time(updated_at) as LastModifiedDate,
    user_id(deal) as LastModifiedById,
    salesforce_time(updated_at) as SystemModstamp,
    flag(deleted_at is not null) as IsDeleted
from part
where is_news(updated_at)
order by deal, turn
