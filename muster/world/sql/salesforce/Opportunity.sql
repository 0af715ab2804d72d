select
    opportunity_id as Id,
    null as IsDeleted,
    account_id as AccountId,
    company.company_name || ' - ' || ['Atlas', 'Beacon', 'Atlas and Beacon'][1 + below(3, 'product', deal)] || ' '
        || strftime(created_at, '%Y-%m') as Name,
    null as Description,
    stage as StageName,
    amount as Amount,
    case when is_won then 100 when is_closed then 0 else [10, 10, 20, 50, 75, 90][1 + least(steps, 5)] end as Probability,
    close_date as CloseDate,
    deal_type as Type,
    case when not is_closed then ['Send offer', 'Arrange demonstration', 'Call back', 'Agree on terms']
        [1 + below(4, 'next step', deal * 8 + steps)] end as NextStep,
    ['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Other'][1 + below(5, 'deal source', deal)] as LeadSource,
    flag(is_closed) as IsClosed,
    flag(is_won) as IsWon,
    case when is_won then 'Closed' when is_closed then 'Omitted' when steps < 3 then 'Pipeline'
        when steps < 5 then 'BestCase' else 'Forecast' end as ForecastCategory,
    case when is_won then 'Closed' when is_closed then 'Omitted' when steps < 3 then 'Pipeline'
        when steps < 5 then 'Best Case' else 'Commit' end as ForecastCategoryName,
    salesforce_id('701', campaign) as CampaignId,
    null as HasOpportunityLineItem,
    null as Pricebook2Id,
    user_id(company) as OwnerId,
    salesforce_time(created_at) as CreatedDate,
    user_id(company) as CreatedById,
    salesforce_time(updated_at) as LastModifiedDate,
    user_id(company) as LastModifiedById,
    salesforce_time(updated_at) as SystemModstamp,
    on_day(updated_at) as LastActivityDate,
    quarter(close_date) as FiscalQuarter,
    year(close_date) as FiscalYear,
    year(close_date) || ' ' || quarter(close_date) as Fiscal,
    null as LastViewedDate,
    null as LastReferencedDate,
    flag(not is_closed and chance('open activity', deal) < 0.4) as HasOpenActivity,
    null as HasOverdueTask,
    round(amount * case when is_won then 100 when is_closed then 0 else [10, 10, 20, 50, 75, 90][1 + least(steps, 5)] end
        / 100.0)::bigint as ExpectedRevenue,
    1 + below(20, 'quantity', deal) as TotalOpportunityQuantity,
    'USD' as CurrencyIsoCode
from deal
inner join company using (company)
where is_news(updated_at)
order by deal
