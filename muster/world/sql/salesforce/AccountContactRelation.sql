with relation as (
    -- the account a contact belongs to now
    select
        contact_id, person * 4 + copy as number, account_id, true as is_direct, true as is_active, level, person,
        case when changed_at is null then created_at else changed_at end as starts_at, null::timestamp as ends_at,
        deleted_at, updated_at
    from contact
    where not is_orphan
    union all
    -- the one it left
    select
        contact_id, person * 4 + 2, salesforce_id('001', first_company * 2), false, false, 'Staff', person,
        created_at, changed_at, deleted_at, coalesce(deleted_at, changed_at)
    from contact
    where changed_at is not null and not is_orphan
    union all
    -- a seat at the head of the group
    select
        contact_id, person * 4 + 3, salesforce_id('001', company.parent * 2), false, true, 'Board', person,
        later(created_at, 1), null, deleted_at, coalesce(deleted_at, later(created_at, 1))
    from contact
    inner join company on company.company = contact.first_company
    where company.parent is not null and chance('seat on board', person) < 0.12 and copy = 0 and not is_orphan
        and later(created_at, 1) < coalesce(deleted_at, getvariable('now'))
)

select
    salesforce_id('07k', number) as Id,
    account_id as AccountId,
    contact_id as ContactId,
    case level
        when 'C' then 'Economic Decision Maker;Executive Sponsor'
        when 'VP' then 'Decision Maker'
        when 'Director' then 'Decision Maker;Evaluator'
        when 'Manager' then 'Manager'
        when 'Board' then 'Executive Sponsor'
        else case when chance('has a role', number) < 0.3 then 'Business User' end
    end as Roles,
    flag(is_direct) as IsDirect,
    flag(is_active) as IsActive,
    on_day(starts_at) as StartDate,
    on_day(ends_at) as EndDate,
    flag(deleted_at is not null) as IsDeleted,
    salesforce_time(starts_at) as CreatedDate,
    user_id(person) as CreatedById,
    salesforce_time(updated_at) as LastModifiedDate,
    user_id(person) as LastModifiedById,
    salesforce_time(updated_at) as SystemModstamp
from relation
where is_news(updated_at)
order by number
