-- Marts of a made-up organisation, filled by the variables `people` and `events` as of `now`. Every value is a
-- function of its row's number. Columns that are not named here stay null.

create macro dice(i, salt, sides) as (hash(i, salt) % sides)::bigint;
create macro share(i, salt) as hash(i, salt) / 18446744073709551616.0;
create macro pick(i, salt, items) as items[1 + dice(i, salt, len(items))];
create macro ago(i, salt, days) as getvariable('now') - to_seconds(share(i, salt) * days * 86400);
create macro person(i) as 'p_' || lpad(i::varchar, 9, '0');
create macro account(i) as 'a_' || lpad(i::varchar, 8, '0');
create macro country(i, salt) as pick(i, salt, ['US', 'US', 'US', 'DE', 'GB', 'CA', 'FR', 'NL', 'IN', 'BR', 'JP', null]);

set variable accounts = getvariable('people') // 10;
set variable deals = getvariable('people') * 2 // 5;

insert into account by name
select
    account(i) as account_id,
    i || '@00DBench.Salesforce' as account_key,
    'Account ' || i as account_name,
    pick(i, 1, ['Finance', 'Retail', 'Media', 'Energy', 'Health', 'Software', 'Transport', null]) as industry,
    10 + dice(i, 2, 20000) as employees,
    (share(i, 3) ^ 4 * 5e8)::bigint::double as annual_revenue,
    'USD' as annual_revenue_currency,
    annual_revenue as annual_revenue_converted,
    country(i, 4) as billing_country,
    case when dice(i, 5, 5) = 0 and i >= 20 then account(dice(i, 6, i // 10)) end as parent_account_id,
    ago(i, 7, 1500) as created_at
from range(getvariable('accounts')) as t (i);

insert into person by name
select
    person(i) as person_id,
    i || '@00DBench.Salesforce' as person_key,
    pick(i, 10, ['Ada', 'Bo', 'Cem', 'Dana', 'Eli', 'Fay', 'Gus', 'Hana', 'Ivo', 'Jo']) as first_name,
    pick(i, 11, ['Berg', 'Cole', 'Diaz', 'Endo', 'Fox', 'Grau', 'Hahn', 'Ito', 'Jung', 'Kaur']) || i as last_name,
    concat_ws(' ', first_name, last_name) as full_name,
    lower(last_name) || '@mail' || dice(i, 12, 500) || '.example' as work_email,
    pick(i, 13, ['Analyst', 'Engineer', 'Manager', 'Senior Manager', 'Director', 'VP Sales', 'VP Finance', 'COO',
        'CMO', 'Buyer', null]) as job_title,
    case when dice(i, 14, 10) > 0 then [pick(i, 15, ['HR', 'Legal', 'Sales', 'IT', 'Finance', 'Operations'])] end
        as departments,
    pick(i, 16, ['Berlin', 'Boston', 'Lyon', 'Leeds', 'Osaka', 'Pune', 'Recife', 'Utrecht']) as work_city,
    country(i, 17) as work_country,
    dice(i, 18, 101)::double as person_score,
    dice(i, 19, 50) = 0 as is_blocked,
    pick(i, 20, ['y', 'y', 'y', 'n', null]) as email_consent,
    account(dice(i, 21, getvariable('accounts'))) as account_id,
    'Account ' || dice(i, 21, getvariable('accounts')) as company_name,
    ago(i, 22, 1500) as created_at,
    greatest(created_at, ago(i, 23, 400)) as updated_at
from range(getvariable('people')) as t (i);

insert into account_person by name
select distinct on (account_id, person_id)
    'ap_' || i as account_person_id,
    person(i % getvariable('people')) as person_id,
    account(dice(i % getvariable('people'), 21 + i // getvariable('people'), getvariable('accounts'))) as account_id,
    pick(i, 31, ['Manager', 'Decision Maker', 'Influencer', 'User', null]) as person_role,
    dice(i, 32, 8) > 0 as is_active
from range(getvariable('people') * 6 // 5) as t (i)
order by i;

insert into opportunity by name
select
    'o_' || i as opportunity_id,
    account((share(i, 40) ^ 1.5 * getvariable('accounts'))::bigint % getvariable('accounts')) as account_id,
    'Deal ' || i as opportunity_name,
    dice(i, 41, 3) > 0 as is_closed,
    is_closed and dice(i, 42, 3) = 0 as is_won,
    (share(i, 43) ^ 3 * 2e6)::bigint::double as amount,
    pick(i, 44, ['USD', 'USD', 'USD', 'USD', 'EUR', null]) as amount_currency,
    amount * if(amount_currency = 'EUR', 1.09, 1) as amount_converted,
    case when is_closed then ago(i, 45, 700) end as actual_close_date,
    'c_' || dice(i, 46, 200) as campaign_id
from range(getvariable('deals')) as t (i);

insert into opportunity_person by name
select
    'op_' || i as opportunity_person_id,
    'o_' || dice(i, 50, getvariable('deals')) as opportunity_id,
    person(dice(i, 51, getvariable('people'))) as person_id,
    pick(i, 52, ['Decision Maker', 'Champion', 'Influencer', 'User', null]) as person_role
from range(getvariable('people') // 2) as t (i);

insert into campaign by name
select
    'c_' || i as campaign_id,
    'Campaign ' || i as campaign_name,
    1000 + dice(i, 60, 90000)::double as budgeted_cost,
    1000 + dice(i, 61, 90000)::double as actual_cost
from range(200) as t (i);

insert into campaign_member by name
select
    'cm_' || i as campaign_member_id,
    'c_' || dice(i, 70, 200) as campaign_id,
    person(dice(i, 71, getvariable('people'))) as person_id,
    pick(i, 72, ['Sent', 'Opened', 'Responded', 'Attended', null]) as member_status
from range(getvariable('people')) as t (i);

insert into marketing_list by name
select
    'l_' || i as marketing_list_id,
    'List ' || i as marketing_list_name
from range(50) as t (i);

insert into marketing_list_member by name
select
    'lm_' || i as marketing_list_member_id,
    'l_' || dice(i, 80, 50) as marketing_list_id,
    person(dice(i, 81, getvariable('people'))) as person_id,
    dice(i, 82, 12) = 0 as is_deleted
from range(getvariable('people')) as t (i);

-- A few people come by often, most seldom.
insert into activity by name
select
    'e_' || i as activity_id,
    person((share(i, 90) ^ 2 * getvariable('people'))::bigint % getvariable('people')) as person_id,
    pick(i, 91, ['web.webpagedetails.pageViews', 'web.webpagedetails.pageViews', 'web.formFilledOut',
        'directMarketing.emailOpened', 'directMarketing.emailClicked', 'leadOperation.newLead']) as event_type,
    ago(i, 92, 180) as occurred_at,
    case when dice(i, 93, 3) > 0 then 'Page ' || dice(i, 94, 40) end as page_name,
    'web' as source_name
from range(getvariable('events')) as t (i);
