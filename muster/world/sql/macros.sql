-- The world's dice, its clock and the vendors' ways of writing.
-- `chance` depends on the seed, a salt and a number only, so any row can be worked out again by itself, on any day.

create macro chance(salt, n) as
    hash(xor(hash(salt, getvariable('seed')), (n)::ubigint)) / 18446744073709551616.0;

create macro below(limit_, salt, n) as floor(chance(salt, n) * (limit_))::bigint;

-- an even spread over [0, 1) instead of a random one, so that every day has its share of a rare event
create macro spread(step, n) as ((n) * step + chance('spread', 0)) % 1;

-- a standard normal draw (Box and Muller)
create macro normal(salt, n) as
    sqrt(-2 * ln(chance(salt || ' radius', n) + 1e-12)) * cos(2 * pi() * chance(salt || ' angle', n));

create macro later(moment, days_) as (moment)::timestamp + to_seconds(round((days_) * 86400)::bigint);

-- what has not happened yet is not known yet
create macro past(moment) as case when (moment) < getvariable('now') then (moment) end;

-- an initial export holds everything, a later one only what changed since
create macro is_news(moment) as (moment) >= getvariable('since') and (moment) < getvariable('now');

create macro on_day(moment) as strftime(moment, '%Y-%m-%d');
create macro iso(moment) as strftime(moment, '%Y-%m-%dT%H:%M:%SZ');
create macro asset_time(moment) as strftime(moment, '%Y-%m-%dT%H:%M:%SZ+0000');
create macro salesforce_time(moment) as strftime(moment, '%Y-%m-%dT%H:%M:%S.000+0000');

-- Salesforce exports write true as 1 and false as nothing
create macro flag(condition) as case when condition then '1' end;

-- the 18-character record id: object prefix, a pod, a base-62 number, and a check character for each five,
-- which spells out the capitals among them as bits
create macro base62(digit) as
    substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', ((digit) + 1)::int, 1);
create macro check_character(bits) as substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', ((bits) + 1)::int, 1);
create macro capital(digit, weight) as case when (digit) between 10 and 35 then weight else 0 end;
create macro capital_letter(letter, weight) as case when letter between 'A' and 'Z' then weight else 0 end;

create macro salesforce_id_of(prefix, number) as concat(
    prefix, 'Qm00000',
    base62(number // 14776336 % 62), base62(number // 238328 % 62), base62(number // 3844 % 62),
    base62(number // 62 % 62), base62(number % 62),
    check_character(
        capital_letter(substr(prefix, 1, 1), 1) + capital_letter(substr(prefix, 2, 1), 2)
        + capital_letter(substr(prefix, 3, 1), 4) + 8),
    'A',
    check_character(
        capital(number // 14776336 % 62, 1) + capital(number // 238328 % 62, 2) + capital(number // 3844 % 62, 4)
        + capital(number // 62 % 62, 8) + capital(number % 62, 16)));

create macro salesforce_id(prefix, number) as
    case when (number) is not null then salesforce_id_of(prefix, (number)::bigint + 15000000) end;
create macro user_id(n) as salesforce_id('005', n % 12);

-- e-mail and domain names are plain ASCII
create macro slug(text_, filler) as
    trim(regexp_replace(lower(strip_accents(text_)), '[^a-z0-9]+', filler, 'g'), '-_.');

create macro address_cell(street, city, state, postal, country) as
    case when city is not null then json_object(
        'city', city, 'country', country, 'geocodeAccuracy', null, 'latitude', null, 'longitude', null,
        'postalCode', postal, 'state', state, 'street', street)::varchar end;

-- Experience Cloud ids have 38 digits
create macro ecid_of(visitor) as
    lpad((hash((visitor)::ubigint + 1) % 10000000000000000000)::varchar, 19, '0')
    || lpad((hash(hash((visitor)::ubigint + 7)) % 10000000000000000000)::varchar, 19, '0');
