-- The Salesforce org: accounts (some twice), contacts (some twice), leads (some converted).

create table account as
select
    company.company,
    copy.copy,
    salesforce_id('001', company.company * 2 + copy.copy) as account_id,
    case when company.parent is not null and copy.copy = 0 then salesforce_id('001', company.parent * 2) end as parent_id,
    case
        when company.company = 0 then 'Acme'
        when copy.copy = 1 then upper(company.company_name)
        when chance('legal form', company.company) < 0.65 then company.company_name || ' ' || company.legal
        else company.company_name
    end as account_name,
    later(company.known_at, copy.copy * 90) as created_at,
    greatest(created_at, past(later(company.known_at, copy.copy * 90 + 300 * chance('edited', company.company))))
        as updated_at
from company
inner join (values (0), (1)) as copy (copy) on copy.copy = 0 or company.is_twice
where later(company.known_at, copy.copy * 90) < getvariable('now');

create table contact as
with dated as (
    select
        person.*,
        copy.copy,
        case
            when copy.copy = 1 then later(person.known_at, 40)
            when person.kind = 'converted' then person.converts_at
            else person.known_at
        end as created_at,
        -- the copy of a contact has been forgotten by everyone
        case when copy.copy = 0 then person.moved_at end as changed_at,
        case when person.deleted_where <> 'marketo-na' then person.deleted_at end as gone_at,
        person.is_early and person.person % 997 = 5 and copy.copy = 0 as is_orphan
    from person
    inner join (values (0), (1)) as copy (copy)
        on copy.copy = 0 or (chance('contact twice', person.person) < 0.03 and person.is_early)
    where person.kind in ('contact', 'both', 'converted')
)

select
    dated.* exclude (unsubscribed_at, deleted_at),
    salesforce_id('003', dated.person * 2 + dated.copy) as contact_id,
    case when dated.copy = 0 then address.company else address.first_company end as company,
    case when dated.is_orphan then salesforce_id('001', 600000000 + dated.person) else
        salesforce_id('001', case when dated.copy = 0 then address.company else address.first_company end * 2
            + case when company.is_twice and dated.is_early and dated.changed_at is null
                and chance('second account', dated.person) < 0.3 then 1 else 0 end) end as account_id,
    case when dated.copy = 0 then dated.given else dated.nickname end as first_name,
    dated.family as last_name,
    case
        when dated.copy = 1 and chance('copy address', dated.person) < 0.5 then address.private_email
        when dated.copy = 1 then address.first_email
        when chance('no address', dated.person) < 0.02 and dated.person > 5 then null
        else address.crm_email
    end as email,
    address.title, address.department, address.level,
    case when dated.unsubscribed_at > created_at then dated.unsubscribed_at end as unsubscribed_at,
    case when dated.gone_at > created_at then dated.gone_at end as deleted_at,
    coalesce(dated.gone_at, greatest(created_at, dated.changed_at, case when dated.unsubscribed_at > created_at
        then dated.unsubscribed_at end)) as updated_at
from dated
inner join address using (person)
inner join company
    on company.company = case when dated.copy = 0 then address.company else address.first_company end
where dated.created_at < getvariable('now')
    and (dated.gone_at is null or dated.gone_at > dated.created_at);

create table lead as
select
    person.* exclude (deleted_at),
    case when person.kind = 'both' then later(person.known_at, 20) else person.known_at end as created_at,
    salesforce_id('00Q', person.person) as lead_id,
    case when person.kind = 'converted' then past(person.converts_at) end as converted_at,
    case when person.kind = 'converted' and person.converts_at < getvariable('now')
        then salesforce_id('003', person.person * 2) end as converted_contact_id,
    address.first_company as company,
    company.company_name,
    case when person.kind = 'both' and chance('lead name', person.person) < 0.4
        then person.nickname else person.given end as first_name,
    person.family as last_name,
    case
        when person.kind = 'both' and chance('lead address', person.person) < 0.35 then address.private_email
        else case when person.moved_at is null or person.mailbox <> 'own' then address.crm_email
            else address.first_email end
    end as email,
    first_title.title,
    case
        when person.kind = 'converted' and person.converts_at < getvariable('now') then 'Closed - Converted'
        else ['Open - Not Contacted', 'Working - Contacted', 'Working - Contacted', 'Closed - Not Converted']
            [1 + below(4, 'lead status', person.person)]
    end as status,
    case when person.deleted_where <> 'marketo-na' and person.deleted_at > created_at then person.deleted_at end
        as deleted_at,
    coalesce(
        case when person.deleted_where <> 'marketo-na' and person.deleted_at > created_at then person.deleted_at end,
        greatest(created_at, converted_at, case when person.unsubscribed_at > created_at then person.unsubscribed_at end)
    ) as updated_at
from person
inner join address using (person)
inner join company on company.company = address.first_company
inner join job as first_title on first_title.person = person.person and first_title.job = 1
where person.kind in ('lead', 'both', 'converted') and created_at < getvariable('now')
    and (person.deleted_where = 'marketo-na' or person.deleted_at is null or person.deleted_at > created_at);
