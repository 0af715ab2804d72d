with borne as (
    select * from {{ ref('int_person_identities') }}
    where namespace = 'Email'
),

event_identities as (
    select * from {{ ref('int_event_identities') }}
    where namespace = 'Email'
),

people as (
    select * from {{ ref('int_person__unioned') }}
),

limits as (
    select * from {{ ref('int_identity_limits') }}
),

role_names as (
    select mailbox as name from {{ ref('role_mailboxes') }}
    union
    select entry from {{ identity_settings('role_mailboxes') }}
),

listed as (
    select entry as email from {{ identity_settings('shared_mailboxes') }}
),

emails as (
    select value as email from borne
    union
    select value from event_identities
),

disposable as (
    select domain from {{ ref('disposable_domains') }}
    union
    select entry from {{ identity_settings('disposable_domains') }}
),

of_a_role as (
    select email from emails
    where split_part(split_part(email, '@', 1), '+', 1) in (select name from role_names)
),

shared_in_source as (
    select
        source_name,
        value as email
    from borne
    group by source_name, value
    having count(*) > 1
),

owners as (
    select
        borne.source_name,
        borne.value as email,
        {{ comparable_name('people.first_name') }} as first_name,
        {{ comparable_name('people.last_name') }} as last_name
    from borne
    inner join shared_in_source
        on borne.source_name = shared_in_source.source_name and borne.value = shared_in_source.email
    inner join people on borne.source_key = people.source_key
),

-- two names that differ in both parts exist exactly where neither part is the same throughout
used_by_several as (
    select
        source_name,
        email
    from owners
    where first_name is not null and last_name is not null
    group by source_name, email
    having count(distinct first_name) > 1 and count(distinct last_name) > 1
),

reasons as (
    select
        email,
        1 as rank,
        'listed as shared' as reason
    from listed

    union all

    select
        email,
        2 as rank,
        'role mailbox' as reason
    from of_a_role

    union all

    select
        email,
        3 as rank,
        'disposable mailbox' as reason
    from emails
    where split_part(email, '@', 2) in (select domain from disposable)

    union all

    select
        email,
        4 as rank,
        'shared by different people' as reason
    from used_by_several
)

select
    reasons.email,
    arg_min(reasons.reason, reasons.rank) as reason
from reasons
cross join limits
where
    reasons.rank = 1
    or (reasons.rank in (2, 3) and limits.has_lists)
    or (reasons.rank = 4 and limits.has_data)
group by reasons.email
