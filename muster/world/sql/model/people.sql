-- People as they really are: their names, their one or two employments, and where they are known.

create table person as
with born as (
    select
        n,
        n < getvariable('people') as is_early,
        (n - getvariable('people')) // getvariable('people_per_day') as day,
        (n - getvariable('people')) % getvariable('people_per_day') as turn
    from range(getvariable('people') + getvariable('day') * getvariable('people_per_day')) as t (n)
),

situated as (
    select
        n,
        is_early,
        case when is_early
            then later(getvariable('until'), -0.1 - 1100 * pow(chance('born', n), 2))
            else later(getvariable('until'), day + 0.2 + 0.7 * chance('born', n))
        end as known_at,
        -- a few people share a mailbox with the one numbered before them
        n % 2 = 1 and is_early and chance('pair', n) < 0.012 as is_second_of_pair,
        case
            when n < 6 then 0
            when is_early or turn >= getvariable('companies_per_day')
                then floor(getvariable('companies') * pow(chance('company', n), 1.6))::bigint
            else getvariable('companies') + day * getvariable('companies_per_day') + turn
        end as own_company,
        later(getvariable('until'), -getvariable('days') + 480 * chance('moves at', n)) as moves_at,
        floor(getvariable('companies') * chance('next company', n))::bigint as next_company,
        below(getvariable('title_slots'), 'title', n) as title_slot,
        below(getvariable('title_slots'), 'next title', n) as next_title_slot
    from born
),

employed as (
    select
        situated.* replace (
            case
                when chance('moves', n) < 0.75 and moves_at > known_at and next_company <> own_company
                    and not is_second_of_pair then moves_at
            end as moves_at
        ),
        case when is_second_of_pair then
            case when n < 6 then 0
            else floor(getvariable('companies') * pow(chance('company', n - 1), 1.6))::bigint end
        else own_company end as first_company
    from situated
),

homed as (
    select
        employed.*,
        country.iso2, country.iso3, country.name as country, country.other as country_other,
        country.region, country.culture, country.dial,
        city.city, city.state, city.state_code, city.postal
    from employed
    inner join company on company.company = first_company
    inner join country_slot as abroad on abroad.slot = below(getvariable('country_slots'), 'abroad', n)
    inner join country
        on country.iso2 = case when chance('at home', n) < 0.88 then company.iso2 else abroad.iso2 end
    inner join city_slot as city
        on city.iso2 = country.iso2 and city.slot = below(city.cities, 'town', n)
)

select
    n as person,
    is_early,
    known_at,
    first_company,
    past(moves_at) as moved_at,
    moves_at,
    next_company,
    title_slot,
    next_title_slot,
    is_second_of_pair,
    iso2, iso3, country, country_other, region, dial, city, state, state_code, postal,
    (1 + below(240, 'door', n)) || ' '
    || ['Mill', 'Harbour', 'Station', 'Orchard', 'Foundry', 'Chapel', 'Canal', 'Market'][1 + below(8, 'path', n)]
    || [' Road', ' Street', ' Avenue', ' Lane'][1 + below(4, 'lane', n)] as street,
    given.name as given, given.nickname, given.plain as plain_given,
    family.name as family, family.plain as plain_family,
    case when chance('married', n) < 0.05 then wed.name end as married_family,
    case when chance('salutation', n) < 0.4 then ['Ms.', 'Mr.', 'Mx.', 'Dr.'][1 + below(4, 'title of courtesy', n)] end
        as salutation,
    case when chance('birthday known', n) < 0.1 then date '1958-01-01' + below(16000, 'birthday', n)::int end
        as birth_date,
    '555 ' || (100 + below(900, 'exchange', n)) || ' ' || (1000 + below(9000, 'line', n)) as phone,
    '555 ' || (100 + below(900, 'mobile exchange', n)) || ' ' || (1000 + below(9000, 'mobile line', n)) as mobile,
    -- what kind of mailbox the CRM knows
    case
        when is_second_of_pair or not is_early then 'own'
        when n < 6 then 'own'
        when chance('mailbox', n) < 0.03 then 'role'
        when chance('mailbox', n) < 0.10 then 'free'
        when chance('mailbox', n) < 0.104 then 'placeholder'
        else 'own'
    end as mailbox,
    -- a lead, a contact, a lead that became a contact, both side by side, or unknown to the CRM
    case
        when n < 6 then 'contact'
        when not is_early then case when chance('kind', n) < 0.7 then 'lead' else 'contact' end
        when chance('kind', n) < 0.42 then 'contact'
        when chance('kind', n) < 0.52 then 'both'
        when chance('kind', n) < 0.64 then 'converted'
        when chance('kind', n) < 0.86 then 'lead'
        else 'outside'
    end as kind,
    later(known_at, 3 + 60 * chance('converts', n)) as converts_at,
    past(later(getvariable('until'), -10 + 900 * spread(0.6180339887, n))) as deleted_at,
    ['everywhere', 'everywhere', 'crm', 'marketo-na'][1 + below(4, 'deleted where', n)] as deleted_where,
    past(later(getvariable('until'), case when chance('left letters', n) < 0.06
        then -400 * chance('unsubscribes', n) else 900 * spread(0.4142135624, n) end)) as unsubscribed_at,
    past(later(getvariable('until'), -300 + 3600 * chance('unsubscribes in emea', n))) as unsubscribed_emea_at
from homed
inner join name_slot as given
    on given.part = 'given' and given.culture = homed.culture and given.slot = below(given.names, 'given', n)
inner join name_slot as family
    on family.part = 'family' and family.culture = homed.culture and family.slot = below(family.names, 'family', n)
inner join name_slot as wed
    on wed.part = 'family' and wed.culture = homed.culture and wed.slot = below(wed.names, 'spouse', n);
