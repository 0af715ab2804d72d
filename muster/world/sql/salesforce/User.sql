with named as (
    select
        n,
        ['Ana', 'Boris', 'Chen', 'Dalia', 'Elif', 'Farid', 'Gwen', 'Hugo', 'Ilse', 'Jonas', 'Kiri', 'Luca'][n + 1] as given,
        ['Abrantes', 'Bohm', 'Chu', 'Dror', 'Eren', 'Fadel', 'Griffith', 'Horta', 'Iversen', 'Jonker', 'Kahu', 'Leoni'][n + 1]
            as family
    from range(12) as t (n)
)

select
    user_id(n) as Id,
    lower(given || '.' || family) || '@atlas-demo.example' as Username,
    family as LastName,
    given as FirstName,
    given || ' ' || family as Name,
    'Atlas Demo' as CompanyName,
    'Sales' as Department,
    'Account Executive' as Title,
    lower(given || '.' || family) || '@atlas-demo.example' as Email,
    '1' as IsActive,
    null as UserRoleId,
    null as ProfileId,
    'Standard' as UserType,
    null as ManagerId,
    'Europe/London' as TimeZoneSidKey,
    salesforce_time(timestamp '2019-01-07 09:00:00') as CreatedDate,
    salesforce_time(timestamp '2019-01-07 09:00:00') as LastModifiedDate,
    salesforce_time(timestamp '2019-01-07 09:00:00') as SystemModstamp
from named
where is_news(timestamp '2019-01-07 09:00:00')
order by n
