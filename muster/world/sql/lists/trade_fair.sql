-- What a trade fair's badge scanner gave: known people under the addresses they have, strangers, and a badge unread.
select email, badge, booth, visited_on
from (
    select
        marketo_lead.email,
        (['Visitor', 'Speaker', 'Press'])[1 + below(3, 'badge', person)] as badge,
        (['North', 'Harbour', 'Demo stage'])[1 + below(3, 'booth', person)] as booth,
        on_day(later(getvariable('now'), -3 * chance('fair day', person))) as visited_on,
        person as place
    from marketo_lead
    where chance('trade fair', person) < 0.06 and gone_at is null
    union all
    select
        case when i > 0 then concat('visitor', i, '@fair.example') end,
        'Visitor',
        'North',
        on_day(later(getvariable('now'), -2)),
        1000000 + i
    from range(12) as t (i)
)
order by place, email
