with counted as (
    select * from {{ ref('int_mail_domain_people') }}
)

-- a provider, an association, or a group with one domain for all its members
select domain
from counted
group by domain
having sum(people) >= 5 and max(share) < 0.8
