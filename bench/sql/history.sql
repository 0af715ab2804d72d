-- What instances of two vendors hold of a history: web visits of Marketo leads over 150 days, and HubSpot contacts.
-- The variable `rows` says how many of each.

create macro dice(i, salt, sides) as (hash(i, salt) % sides)::bigint;

create view activities as
select
    (1000000 + i)::varchar as "marketoGUID",
    (100000 + dice(i, 1, 1 + getvariable('rows') // 20))::varchar as "leadId",
    strftime(
        timestamp '2026-01-01' + to_seconds((i * 12960000.0 // getvariable('rows'))::bigint), '%Y-%m-%dT%H:%M:%SZ'
    ) as "activityDate",
    ['1', '1', '1', '3', '6', '7', '10', '11'][1 + dice(i, 2, 8)] as "activityTypeId",
    case when dice(i, 3, 3) = 0 then (2000 + dice(i, 4, 90))::varchar end as "campaignId",
    dice(i, 5, 500)::varchar as "primaryAttributeValueId",
    '/products/' || dice(i, 5, 500) as "primaryAttributeValue",
    '{"Client IP Address":"10.' || dice(i, 6, 256) || '.' || dice(i, 7, 256) || '.1","Query Parameters":"utm_source='
        || ['mail', 'search', 'fair'][1 + dice(i, 8, 3)] || '&visit=' || i || '","Referrer URL":"https://example.com/'
        || dice(i, 9, 4000) || '","User Agent":"Mozilla/5.0 (X11; Linux x86_64)","Webpage URL":"/products/'
        || dice(i, 5, 500) || '"}' as "attributes"
from range(getvariable('rows')) as t (i);

create view contacts as
select
    (1000 + i)::varchar as "hs_object_id",
    'Given' || dice(i, 3, 3000) as "firstname",
    'Surname' || dice(i, 2, 20000) as "lastname",
    lower("firstname" || '.' || "lastname") || i || '@mail.example' as "email",
    ['VP, Sales', 'Analyst', 'Director', null][1 + dice(i, 15, 4)] as "jobtitle",
    ['Berlin', 'Boston', 'Lyon', 'São Paulo', 'Leeds'][1 + dice(i, 8, 5)] as "city",
    ['US', 'DE', 'GB', 'FR', 'BR'][1 + dice(i, 10, 5)] as "country",
    '+1 555 ' || lpad((dice(i, 11, 9999999))::varchar, 7, '0') as "phone",
    strftime(timestamp '2024-01-01' + to_seconds(dice(i, 20, 60000000)), '%Y-%m-%dT%H:%M:%S.000Z') as "createdate",
    strftime(timestamp '2026-01-01' + to_seconds(dice(i, 21, 6000000)), '%Y-%m-%dT%H:%M:%S.000Z')
        as "lastmodifieddate"
from range(getvariable('rows')) as t (i);
