-- Who belongs to the documented use cases, told from the world itself and not from its records; numbers as in the
-- published list. Times are counted from the start of the export's day.
with role as (
    select part.person, part.role, deal.*  exclude (person)
    from part
    inner join deal using (deal)
    where part.deleted_at is null
),

employed as (
    select contact.person, contact.department, contact.title, contact.level, contact.company, company.* exclude (company)
    from contact
    inner join company using (company)
    where contact.deleted_at is null and contact.copy = 0 and not contact.is_orphan
),

open_million as (
    select distinct deal.company, company.root from deal inner join company using (company)
    where not is_closed and amount >= 1000000
),

-- visits that can be told to be this person's
looked as (
    select person, occurred_at from web_event
    where page = 'Pricing' and event_type = 'web.webpagedetails.pageViews' and known_from < getvariable('now')
        and occurred_at < getvariable('now')
),

lately as (select distinct person from looked where occurred_at >= later(getvariable('now'), -3)),

often as (
    select person from looked where occurred_at >= later(getvariable('now'), -30) group by person having count(*) >= 3
),

audience as (
    select 1 as use_case, 'Decision makers' as name, person from role where role = 'Decision Maker'
    union
    select 2, 'People on big deals', person from role where amount > 1000000
    union
    select 3, 'Deals in Canada', person from role inner join company using (company) where iso2 = 'CA'
    union
    select 4, 'Decision makers in finance who came by', person
    from role inner join company using (company) inner join lately using (person)
    where role = 'Decision Maker' and industry = 'Finance'
    union
    select 5, 'HR with a large open deal', person from employed inner join open_million using (company)
    where department = 'HR'
    union
    select 6, 'Senior visitors of large accounts', person from employed inner join often using (person)
    where level = 'VP' and revenue >= 100000000
    union
    select 7, 'Win back', person from role inner join lately using (person)
    where role = 'Decision Maker' and is_closed and not is_won
    union
    select 8, 'HR with a large open deal in the family', employed.person
    from employed inner join (select distinct root from open_million) using (root) where department = 'HR'
    union
    select 9, 'Scored leads', person from marketo_lead where score > 80 and gone_at is null
    union
    select 10, 'Children of large parents', employed.person
    from employed inner join company as head on head.company = employed.parent where head.revenue > 100000000
    union
    select 11, 'Managers at Acme', person from employed where level = 'Manager' and company = 0
    union
    select 12, 'Over-budget campaigns', membership.person
    from membership
    inner join campaign using (campaign)
    inner join (select person from contact where deleted_at is null union select person from lead where deleted_at is null)
        using (person)
    where ends_on < getvariable('now')::date and final_cost > budget
    union
    select 13, 'Anniversary users', person
    from list_member
    inner join list_word on list_word.instance = list_member.instance and list_word.number::bigint = list_member.number
    where name = 'Anniversary users' and removed_at is null and gone_at is null
)

select * from audience order by use_case, person
