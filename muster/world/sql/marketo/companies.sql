select json_object(
    'id', company_id,
    'externalCompanyId', getvariable('instance') || '-' || company,
    'company', spelling,
    'site', city,
    'website', 'https://' || domain,
    'mainPhone', '+' || dial || '555' || (1000000 + below(9000000, 'switchboard', company)),
    'annualRevenue', revenue,
    'numberOfEmployees', employees,
    'industry', other_industry,
    'sicCode', sic,
    'billingStreet', street,
    'billingCity', city,
    'billingState', state,
    'billingPostalCode', postal,
    'billingCountry', case when instance = 'marketo-na' then country_other else iso3 end,
    'companyNotes', null,
    'sfdcAccountId', case when instance = 'marketo-na' then salesforce_id('001', company * 2) end,
    'mktoCdpParentOrgId', case
        when chance('knows parent ' || instance, company) < 0.5 and parent_is_there
            then company_id - company + parent
    end,
    'createdAt', iso(created_at),
    'updatedAt', iso(created_at)
)::varchar
from (
    select
        *,
        exists (
            from marketo_company as head where head.instance = marketo_company.instance and head.company = company.parent
        ) as parent_is_there
    from marketo_company
    inner join company using (company)
)
where instance = getvariable('instance') and is_news(created_at)
order by company
