-- Contacts as Salesforce exports them: every column in quotes but for blank ones, addresses over two lines, commas in
-- cells. The variable `rows` says how many.

create macro dice(i, salt, sides) as (hash(i, salt) % sides)::bigint;

create table contact as
select
    '003Bn' || lpad(i::varchar, 10, '0') || 'IAB' as "Id",
    'false' as "IsDeleted",
    '001Bn' || lpad((dice(i, 1, 1 + getvariable('rows') // 10))::varchar, 10, '0') || 'IAB' as "AccountId",
    'Surname' || dice(i, 2, 20000) as "LastName",
    'Given' || dice(i, 3, 3000) as "FirstName",
    ['Mr.', 'Ms.', 'Dr.', null][1 + dice(i, 4, 4)] as "Salutation",
    concat_ws(' ', "FirstName", "LastName") as "Name",
    dice(i, 5, 300) || ' Harbour Road' || case when dice(i, 6, 4) = 0 then chr(10) || 'Building ' || dice(i, 7, 9)
        else '' end as "MailingStreet",
    ['Berlin', 'Boston', 'Lyon', 'São Paulo', 'Leeds'][1 + dice(i, 8, 5)] as "MailingCity",
    null::varchar as "MailingState",
    lpad((dice(i, 9, 99999))::varchar, 5, '0') as "MailingPostalCode",
    ['US', 'DE', 'GB', 'FR', 'BR'][1 + dice(i, 10, 5)] as "MailingCountry",
    null::varchar as "OtherStreet",
    null::varchar as "OtherCity",
    null::varchar as "OtherCountry",
    '+1 555 ' || lpad((dice(i, 11, 9999999))::varchar, 7, '0') as "Phone",
    null::varchar as "Fax",
    case when dice(i, 12, 3) = 0 then '+1 666 ' || dice(i, 13, 9999999) end as "MobilePhone",
    null::varchar as "ReportsToId",
    lower("FirstName" || '.' || "LastName") || '@mail' || dice(i, 14, 900) || '.example' as "Email",
    ['VP, Sales', 'Analyst', 'Director, "Special" Projects', null][1 + dice(i, 15, 4)] as "Title",
    ['Sales', 'Human Resources', 'IT', null][1 + dice(i, 16, 4)] as "Department",
    ['Web', 'Trade Show', 'Partner', null][1 + dice(i, 17, 4)] as "LeadSource",
    null::varchar as "Birthdate",
    case when dice(i, 18, 5) = 0 then 'Met at the fair; interested in several products, call back.' end as "Description",
    '005Bn0000000' || dice(i, 19, 90) + 10 || 'IAB' as "OwnerId",
    'false' as "HasOptedOutOfEmail",
    'false' as "DoNotCall",
    strftime(timestamp '2024-01-01' + to_seconds(dice(i, 20, 60000000)), '%Y-%m-%dT%H:%M:%S.000+0000') as "CreatedDate",
    strftime(timestamp '2026-01-01' + to_seconds(dice(i, 21, 6000000)), '%Y-%m-%dT%H:%M:%S.000+0000')
        as "LastModifiedDate",
    "LastModifiedDate" as "SystemModstamp"
from range(getvariable('rows')) as t (i);
