-- What each person's addresses are: at work now and before, shared with others, private, and in the second region.

create table address as
with known as (
    select
        person.person,
        person.mailbox,
        person.is_second_of_pair,
        first_job.company as first_company,
        first_job.email as first_email,
        now_job.company,
        now_job.title, now_job.department, now_job.other_department, now_job.level,
        now_job.email as work_email,
        -- no such mailbox can exist: Gmail takes no hyphens
        slug(person.plain_given, '') || '.' || slug(person.plain_family, '') || '-' || person.person || '@gmail.com'
            as private_email,
        ['info@', 'sales@', 'office@'][1 + below(3, 'role mailbox', person.person)] || company.domain as role_email,
        slug(person.nickname, '') || '.' || slug(coalesce(person.married_family, person.plain_family), '')
            || person.person || '@' || coalesce(company.second_domain, company.domain) as alias_email
    from person
    inner join job as first_job on first_job.person = person.person and first_job.job = 1
    inner join job as now_job
        on now_job.person = person.person and now_job.job = case when person.moved_at is null then 1 else 2 end
    inner join company on company.company = first_job.company
)

select
    known.*,
    case
        when known.is_second_of_pair then partner.email
        when known.mailbox = 'role' then known.role_email
        when known.mailbox = 'free' then known.private_email
        when known.mailbox = 'placeholder' then 'none@none.example'
        else known.work_email
    end as crm_email,
    case
        when known.is_second_of_pair then partner.email
        when chance('emea address', known.person) < 0.50 then known.first_email
        when chance('emea address', known.person) < 0.75 then known.private_email
        else known.alias_email
    end as emea_email,
    -- the address a person types into a form
    case
        when known.is_second_of_pair then partner.email
        when chance('typed address', known.person) < 0.8 then known.work_email
        else known.private_email
    end as typed_email
from known
left join job as partner on partner.person = known.person - 1 and partner.job = 1 and known.is_second_of_pair;
