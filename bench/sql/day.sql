-- A day later: one in a hundred people, accounts and deals have changed, and as many events and members have come as
-- were one in a hundred. The variable `now` is the end of that day.

create or replace macro dice(i, salt, sides) as (hash(i, salt) % sides)::bigint;

update person
set
    person_score = dice(person_id, 101, 101)::double,
    job_title = case dice(person_id, 102, 3) when 0 then 'VP Sales' when 1 then 'Director' else job_title end,
    updated_at = getvariable('now')
where dice(person_id, 100, 100) = 0;

update account set annual_revenue = annual_revenue * 1.1, employees = employees + 10
where dice(account_id, 103, 100) = 0;

update opportunity
set is_closed = true, is_won = dice(opportunity_id, 105, 2) = 0, actual_close_date = getvariable('now') - interval 1 hour
where dice(opportunity_id, 104, 100) = 0 and not is_closed;

insert into campaign_member by name
select * replace (campaign_member_id || '-later' as campaign_member_id, 'Responded' as member_status)
from campaign_member
where dice(campaign_member_id, 106, 100) = 0;

insert into activity by name
select * replace (
    activity_id || '-later' as activity_id,
    getvariable('now') - to_seconds(dice(activity_id, 108, 86400)) as occurred_at
)
from activity
where dice(activity_id, 107, 100) = 0;
