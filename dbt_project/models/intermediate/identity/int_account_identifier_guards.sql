with records as (
    select
        {{ comparable_duns('duns_number') }} as duns_number,
        source_name,
        {{ comparable_name('account_name') }} as name,
        domain
    from {{ ref('int_account__unioned') }}
    where not is_deleted and duns_number is not null
),

-- a group's number written on all its members: within one source they have different names and different domains
shared as (
    select duns_number
    from records
    group by duns_number, source_name
    having count(distinct name) > 1 and count(distinct domain) > 1
),

common as (
    select duns_number
    from records
    group by duns_number, source_name
    having count(*) > 5
)

select
    duns_number,
    'shared by different accounts' as reason
from shared

union

select
    duns_number,
    'borne by many accounts' as reason
from common
where duns_number not in (select shared.duns_number from shared)
