-- Who browses: each person's one or two devices, and visitors that nobody ever gets to know.
-- A device is anonymous until a form or a login ties it to an address.

-- contacts on deals look around more; by the first deals only, so that a day's visits never depend on later days
create table keen as
select distinct seat.person
from range(getvariable('deals')) as t (n)
inner join seat on seat.place = below(getvariable('seats'), 'anchor', n);

create table device as
with browsing as (
    select
        person.person,
        person.known_at,
        person.deleted_at,
        keen.person is not null as is_keen,
        first_job.level = 'VP' as is_senior,
        case
            when chance('gets known', person.person) < 0.3 or keen.person is not null then timestamp '1970-01-01'
            when chance('gets known', person.person) < 0.7 then later(
                getvariable('until'),
                -getvariable('days') + (getvariable('days') + 150) * chance('known from', person.person)
            )
        end as known_from,
        address.typed_email
    from person
    inner join address using (person)
    inner join job as first_job on first_job.person = person.person and first_job.job = 1
    left join keen on keen.person = person.person
)

select
    person,
    number.device,
    person * 2 + number.device as visitor,
    case when number.device = 0 then known_from else later(known_from, 12) end as known_from,
    typed_email,
    case when person < getvariable('people') then timestamp '1970-01-01' else known_at end as visits_from,
    coalesce(deleted_at, timestamp '2999-01-01') as visits_until,
    is_keen or is_senior as has_intent,
    (0.003 + 0.05 * pow(chance('visits often', person), 3)) * (chance('visits', person) < 0.5)::int
    + 0.14 * is_keen::int + 0.07 * is_senior::int as visits_a_day
from browsing
inner join (values (0), (1)) as number (device)
    on number.device = 0 or chance('second device', person) < 0.25
union all
select
    null, 0, 8589934592 + n, null, null, timestamp '1970-01-01', timestamp '2999-01-01', false,
    0.02 * chance('anonymous visits', n)
from range(getvariable('people') // 2) as t (n);

create table visit as
with grid as (
    select device.*, day.day, visitor * 100000 + day.day + getvariable('days') as visit
    from device
    cross join range(getvariable('first_day'), getvariable('last_day') + 1) as day (day)
    where visits_a_day > 0
        and chance('visit', visitor * 100000 + day.day + getvariable('days')) < visits_a_day
        -- the second device is the less used one
        and (device = 0 or chance('uses it', visitor * 100000 + day.day) < 0.4)
)

select
    visit, visitor, person, known_from, typed_email, has_intent,
    later(getvariable('until'), day + 0.29 + 0.6 * chance('starts', visit)) as starts_at,
    1 + below(4, 'pages', visit) as pages,
    below(6, 'came from', visit) as came_from,
    below(4, 'browser', visit) as browser
from grid
where later(getvariable('until'), day + 0.29 + 0.6 * chance('starts', visit)) between visits_from and visits_until;

create table web_event as
with viewed as (
    select
        visit.*,
        number.number,
        visit * 16 + number.number as view,
        starts_at + to_seconds(number.number * (20 + below(160, 'reads', visit))) as occurred_at,
        page.name as page,
        page.path
    from visit
    inner join range(5) as number (number) on number.number < visit.pages
    inner join page_slot as page
        on page.has_intent = visit.has_intent and page.slot = below(100, 'page', visit * 16 + number.number)
)

select
    hash(view * 4 + 1) as id, occurred_at, 'web.webpagedetails.pageViews' as event_type,
    visitor, person, known_from, typed_email, page, path, null::varchar as link, null::varchar as form,
    case when number = 0 then came_from end as came_from, browser
from viewed
union all
select
    hash(view * 4 + 2), occurred_at + to_seconds(9), 'web.webinteraction.linkClicks',
    visitor, person, known_from, typed_email, page, path,
    ['/contact', '/pricing', '/downloads/atlas-sheet.pdf', '/docs'][1 + below(4, 'link', view)], null, null, browser
from viewed
where chance('clicks', view) < 0.12
union all
-- the moment in which a device gets a name
select
    hash(visitor * 4 + 3), known_from,
    case when device = 0 then 'web.formFilledOut' else 'userAccount.login' end,
    visitor, person, known_from, typed_email,
    case when device = 0 then 'Contact' else 'Sign in' end, case when device = 0 then '/contact' else '/sign-in' end,
    null, case when device = 0 then ['Contact us', 'Pricing guide', 'Newsletter'][1 + below(3, 'form', visitor)] end,
    null, below(4, 'browser', visitor)
from device
where known_from >= later(getvariable('until'), getvariable('first_day'))
    and known_from between visits_from and visits_until
    and known_from < getvariable('now')
order by occurred_at, id;

create table known_device as
select person, known_from, ecid_of(visitor) as ecid
from device
where device = 0 and person is not null and known_from < getvariable('now');
