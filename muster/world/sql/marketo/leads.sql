select
    lead_id as id,
    lead.email,
    first_name as firstName,
    null as middleName,
    last_name as lastName,
    salutation,
    birth_date as dateOfBirth,
    title,
    department,
    marketo_company.spelling as company,
    marketo_company.company_id as contactCompany,
    case when chance('lead website', person) < 0.6 then 'https://www.' || company.domain end as website,
    '+' || lead.dial || replace(phone, ' ', '') as phone,
    case when chance('mobile in marketo', person) < 0.3 then '+' || lead.dial || replace(mobile, ' ', '') end
        as mobilePhone,
    null as fax,
    lead.street as address,
    lead.city,
    lead.state,
    lead.postal as postalCode,
    case lead.instance
        when 'marketo-na' then case when chance('country style na', person) < 0.6 then lead.country
            else lead.country_other end
        else case when chance('country style emea', person) < 0.5 then lead.iso3 else lead.country_other end
    end as country,
    score as leadScore,
    ['Web', 'Event', 'Partner', 'List import', 'Referral'][1 + below(5, 'lead source', person)] as leadSource,
    ['New', 'Engaged', 'Qualified', 'Recycled'][1 + below(4, 'marketing status', person)] as leadStatus,
    case when crm_type = 'Contact' then 'Contact' else 'Lead' end as personType,
    1 as leadPartitionId,
    left_at is not null as unsubscribed,
    case when left_at is not null then ['Too many letters', 'No longer interested', 'Changed position', 'Other']
        [1 + below(4, 'why', person)] end as unsubscribedReason,
    chance('suspended', person) < 0.02 as marketingSuspended,
    case when chance('suspended', person) < 0.02 then 'Open support case' end as marketingSuspendedCause,
    chance('emailInvalid', person) < 0.01 as emailInvalid,
    null as cookies,
    case when known_from is not null then ecid end as ecids,
    crm_type as sfdcType,
    case when crm_type = 'Contact' then salesforce_id('003', person * 2) end as sfdcContactId,
    case when crm_type is not null and (crm_type = 'Lead' or kind = 'converted') then salesforce_id('00Q', person) end
        as sfdcLeadId,
    case when crm_type = 'Contact' then salesforce_id('001', lead.company * 2) end as sfdcAccountId,
    iso(lead.created_at) as createdAt,
    iso(lead.updated_at) as updatedAt,
    gone_at is not null as isDeleted
from marketo_lead as lead
inner join company on company.company = lead.company
inner join marketo_company on marketo_company.company = lead.company and marketo_company.instance = lead.instance
left join known_device using (person)
where lead.instance = getvariable('instance') and is_news(lead.updated_at)
order by lead.person
