with joined as (
    select
        membership.*,
        lead.lead_id,
        lead.converted_contact_id,
        contact.contact_id,
        coalesce(contact.first_name, lead.first_name) as first_name,
        coalesce(contact.last_name, lead.last_name) as last_name,
        coalesce(contact.email, lead.email) as email,
        coalesce(contact.title, lead.title) as title,
        coalesce(contact.deleted_at, lead.deleted_at) as deleted_at,
        -- converting a lead keeps the member and fills in the contact
        coalesce(contact.deleted_at, lead.deleted_at,
            greatest(membership.updated_at, case when lead.converted_at > joined_at then lead.converted_at end))
            as changed_at
    from membership
    left join lead on lead.person = membership.person and lead.kind <> 'both'
    left join contact on contact.person = membership.person and contact.copy = 0
    where membership.kind <> 'outside'
        and (lead.lead_id is not null or contact.contact_id is not null)
        and joined_at > coalesce(least(lead.created_at, contact.created_at), joined_at)
        and joined_at < coalesce(contact.deleted_at, lead.deleted_at, timestamp '2999-01-01')
)

select
    salesforce_id('00v', membership) as Id,
    flag(deleted_at is not null) as IsDeleted,
    salesforce_id('701', campaign) as CampaignId,
    case when converts_at is null or joined_at < converts_at then lead_id end as LeadId,
    contact_id as ContactId,
    status as Status,
    flag(has_responded) as HasResponded,
    salesforce_time(joined_at) as CreatedDate,
    user_id(campaign) as CreatedById,
    salesforce_time(changed_at) as LastModifiedDate,
    user_id(campaign) as LastModifiedById,
    salesforce_time(changed_at) as SystemModstamp,
    on_day(responded_at) as FirstRespondedDate,
    first_name || ' ' || last_name as Name,
    first_name as FirstName,
    last_name as LastName,
    title as Title,
    email as Email,
    case when contact_id is null then 'Lead' else 'Contact' end as Type,
    coalesce(contact_id, lead_id) as LeadOrContactId,
    user_id(person) as LeadOrContactOwnerId,
    'USD' as CurrencyIsoCode
from joined
where is_news(changed_at)
order by membership
