-- Companies as they really are: families of up to three levels, names, domains, size.
-- In every block of ten, numbers 1 and 2 may belong to number 0, and number 3 to number 1.

create table company as
with numbered as (
    select
        n,
        n // 10 * 10 as block,
        n < getvariable('companies') and (n < 10 or chance('family', n // 10) < 0.7) as is_kin,
        case
            when n < getvariable('companies') then
                getvariable('until')::timestamp - to_days((400 + below(2600, 'founded', n))::int)
            else later(getvariable('until'), (n - getvariable('companies')) // getvariable('companies_per_day'))
        end as known_at
    from range(getvariable('companies') + getvariable('day') * getvariable('companies_per_day')) as t (n)
),

related as (
    select
        n,
        block,
        known_at,
        case when is_kin then case n - block when 1 then block when 2 then block when 3 then block + 1 end end as parent,
        case when is_kin and n - block between 1 and 3 then block else n end as root
    from numbered
),

-- a step that shares no factor with the number of names visits each name once
named as (
    select
        related.*,
        (root * 7919 + getvariable('seed') * 104729) % 86400 as name_number,
        root // 86400 as name_round
    from related
),

placed as (
    select
        named.*,
        country.* exclude (slot, slots),
        city.* exclude (iso2, slot, cities),
        trade.* exclude (slot),
        stem.text || ending.text as coined,
        -- two families are always there by name: a manufacturer and a lender
        case named.root when 0 then 'Acme' when 10 then 'Quorvane Capital' else
            stem.text || ending.text || ' ' || trade.trade
            || case when name_round > 0 then ' ' || (name_round + 1) else '' end
        end as family_name
    from named
    inner join country_slot as country
        on country.slot = case when n = 0 then 0 else below(getvariable('country_slots'), 'country', n) end
    inner join city_slot as city
        on city.iso2 = country.iso2 and city.slot = below(city.cities, 'city', n)
    inner join trade_slot as trade on trade.slot = case root when 0 then 14 when 10 then 0 else name_number % 60 end
    inner join coined_slot as stem on stem.part = 'stem' and stem.slot = name_number // 60 % 60
    inner join coined_slot as ending on ending.part = 'ending' and ending.slot = name_number // 3600
),

sized as (
    select
        placed.*,
        -- heads of families are larger
        round(case when n = 0 then 2.4e9 else exp(ln(40e6) + 1.5 * normal('revenue', n)) end
            * case when n = root and n = block then 1.8 else 1 end, -4)::bigint as revenue,
        case when n = root then family_name else family_name || case n - block
            when 1 then ' ' || name when 2 then ' Services' else ' Labs' end
        end as company_name
    from placed
)

select
    n as company,
    parent,
    root,
    known_at,
    company_name,
    legal,
    iso2, iso3, name as country, other as country_other, region, culture, dial,
    city, state, state_code, postal,
    (1 + below(240, 'house', n)) || ' '
    || ['Mill', 'Harbour', 'Station', 'Orchard', 'Foundry', 'Chapel', 'Canal', 'Market'][1 + below(8, 'street', n)]
    || [' Road', ' Street', ' Avenue', ' Lane'][1 + below(4, 'way', n)] as street,
    industry, other_industry, naics, sic,
    -- a third of the subsidiaries write from the domain of the group
    slug(case when chance('own domain', n) < 0.35 then family_name else company_name end, '-') || '.example' as domain,
    case when chance('second domain', n) < 0.4 then 'get-' || slug(company_name, '') || '.example' end as second_domain,
    ['first.last', 'flast', 'first_last', 'first'][1 + below(4, 'address pattern', n)] as address_pattern,
    revenue,
    greatest(4, round(revenue / (120e3 + below(180000, 'productivity', n))))::bigint as employees,
    ['Prospect', 'Customer - Direct', 'Customer - Direct', 'Customer - Channel', 'Channel Partner / Reseller',
     'Technology Partner'][1 + below(6, 'account type', n)] as account_type,
    case when chance('listed', n) < 0.15 and n = root then 'Public' else
        ['Private', 'Private', 'Subsidiary', 'Other'][1 + below(4, 'ownership', n)] end as ownership,
    -- some companies stand twice in the CRM
    chance('twice', n) < 0.04 and n <> 0 as is_twice
from sized;
