-- Which company each source record belongs to, and whose subsidiary the company is.
with record as (
    select company, 'salesforce' as source, 'Account' as object, account_id as record_id, account_name as name from account
    union all
    select company, instance, 'companies', company_id::varchar, spelling from marketo_company
)

select
    company, company.company_name, parent, root, domain, source, object, record_id,
    case source
        when 'salesforce' then record_id || '@' || getvariable('salesforce_instance') || '.Salesforce'
        when 'marketo-na' then record_id || '.mkto_org@' || getvariable('na_instance') || '.Marketo'
        else record_id || '.mkto_org@' || getvariable('emea_instance') || '.Marketo'
    end as source_key,
    record.name
from record
inner join company using (company)
order by company, source, record_id
