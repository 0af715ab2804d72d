with stated as (
    select
        *,
        ends_on < getvariable('now')::date as is_over,
        starts_on <= getvariable('now')::date as has_begun,
        greatest(later(starts_on, -30), past(later(starts_on, 0.3)), past(later(ends_on, 0.3))) as updated_at
    from campaign
)

select
    salesforce_id('701', campaign) as Id,
    null as IsDeleted,
    name as Name,
    salesforce_id('701', parent) as ParentId,
    type as Type,
    case when is_over then 'Completed' when has_begun then 'In Progress' else 'Planned' end as Status,
    starts_on as StartDate,
    ends_on as EndDate,
    budget * 6 as ExpectedRevenue,
    case when not is_umbrella then budget end as BudgetedCost,
    case when is_umbrella then null when is_over then final_cost when has_begun then round(final_cost * 0.6, -1)::bigint
        end as ActualCost,
    10 as ExpectedResponse,
    0 as NumberSent,
    flag(has_begun and not is_over) as IsActive,
    null as Description,
    user_id(campaign) as OwnerId,
    salesforce_time(later(starts_on, -30)) as CreatedDate,
    user_id(campaign) as CreatedById,
    salesforce_time(updated_at) as LastModifiedDate,
    user_id(campaign) as LastModifiedById,
    salesforce_time(updated_at) as SystemModstamp,
    null as LastActivityDate,
    null as LastViewedDate,
    null as LastReferencedDate,
    null as CampaignMemberRecordTypeId,
    'USD' as CurrencyIsoCode
from stated
where is_news(updated_at)
order by campaign
