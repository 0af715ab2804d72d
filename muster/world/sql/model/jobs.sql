-- Employments: job 1 of everyone and job 2 of those who move, each with its own work address.
-- Numbers in addresses go by person, future jobs included, so that an address never changes later.

create table job as
with employment as (
    select person, 1 as job, first_company as company, title_slot, known_at as starts_at from person
    union all
    select person, 2 as job, next_company as company, next_title_slot as title_slot, moves_at as starts_at
    from person
    where moves_at is not null
),

written as (
    select
        employment.*,
        company.domain,
        slug(person.plain_given, '') as first,
        slug(person.plain_family, '') as last,
        case company.address_pattern
            when 'first.last' then first || '.' || last
            when 'flast' then first[1] || last
            when 'first_last' then first || '_' || last
            else first
        end as mailbox
    from employment
    inner join person using (person)
    inner join company using (company)
),

counted as (
    select
        written.*,
        row_number() over (partition by domain, mailbox order by person, job) as turn
    from written
)

select
    person, job, company, starts_at, title.title, title.department, title.other_department, title.level,
    mailbox || case when turn > 1 then turn::varchar else '' end || '@' || domain as email
from counted
inner join title_slot as title on title.slot = title_slot;
