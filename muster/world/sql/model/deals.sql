-- Opportunities on their way through the stages, and the contacts that play a part in them.

create table seat as
select
    person,
    first_company as company,
    row_number() over (order by person) - 1 as place,
    row_number() over (partition by first_company order by person) - 1 as chair,
    count(*) over (partition by first_company) as chairs
from person
where is_early and kind in ('contact', 'both', 'converted') and not (person % 997 = 5);

set variable seats = (select count(*) from seat);

create table deal as
with numbered as (
    select n, n < getvariable('deals') as is_early, (n - getvariable('deals')) // getvariable('deals_per_day') as day
    from range(getvariable('deals') + getvariable('day') * getvariable('deals_per_day')) as t (n)
),

anchored as (
    select
        n,
        seat.person, seat.company, seat.chair, seat.chairs,
        greatest(
            case when numbered.is_early
                then later(getvariable('until'), -0.2 - (getvariable('days') + 240) * chance('opened', n))
                else later(getvariable('until'), day + 0.1 + 0.8 * chance('opened', n)) end,
            later(case when person.kind = 'converted' then person.converts_at else person.known_at end, 0.01)
        ) as created_at,
        6 + 20 * chance('pace', n) as pace,
        -- the steps it will go: won after six, lost after two to five, or left standing
        case
            when chance('outcome', n) < 0.42 then 6
            when chance('outcome', n) < 0.82 then 2 + below(4, 'lost after', n)
            else 1 + below(4, 'stands at', n)
        end as last_step,
        case when chance('outcome', n) < 0.42 then 'won' when chance('outcome', n) < 0.82 then 'lost' else 'open' end
            as outcome
    from numbered
    inner join seat on seat.place = below(getvariable('seats'), 'anchor', n)
    inner join person on person.person = seat.person
),

walked as (
    select
        anchored.*,
        least(last_step, floor(date_diff('second', created_at, getvariable('now')) / 86400.0 / pace)::bigint) as steps
    from anchored
    where created_at < getvariable('now')
)

select
    n as deal,
    person, company, chair, chairs, created_at, steps,
    salesforce_id('006', n) as opportunity_id,
    salesforce_id('001', company * 2) as account_id,
    outcome = 'won' and steps = last_step as is_won,
    outcome <> 'open' and steps = last_step as is_closed,
    case
        when outcome = 'won' and steps = last_step then 'Closed Won'
        when outcome = 'lost' and steps = last_step then 'Closed Lost'
        else ['Prospecting', 'Qualification', 'Needs Analysis', 'Value Proposition', 'Proposal/Price Quote',
              'Negotiation/Review'][1 + least(steps, 5)]
    end as stage,
    later(created_at, steps * pace) as updated_at,
    later(created_at, case when outcome = 'open' then 7 else last_step end * pace)::date as close_date,
    round(exp(ln(120e3) + 1.5 * normal('amount', n)), -2)::bigint as amount,
    ['New Business', 'Existing Business', 'Existing Business'][1 + below(3, 'deal type', n)] as deal_type,
    case when chance('sourced', n) < 0.4 then 4 + below(20, 'source campaign', n) end as campaign
from walked;

create table part as
select
    deal.deal,
    turn.turn,
    seat.person,
    salesforce_id('00K', deal.deal * 8 + turn.turn) as role_id,
    deal.opportunity_id,
    contact.contact_id,
    case turn.turn
        when 0 then ['Decision Maker', 'Decision Maker', 'Economic Buyer', 'Champion']
            [1 + below(4, 'first part', deal.deal)]
        else ['Influencer', 'Evaluator', 'Technical Buyer', 'Business User', 'Champion', 'Decision Maker']
            [1 + below(6, 'other part', deal.deal * 8 + turn.turn)]
    end as role,
    turn.turn = 0 as is_primary,
    greatest(later(deal.created_at, turn.turn * 3), later(contact.created_at, 0.01)) as created_at,
    contact.deleted_at,
    coalesce(contact.deleted_at, greatest(later(deal.created_at, turn.turn * 3), later(contact.created_at, 0.01)))
        as updated_at
from deal
inner join (values (0), (1), (2), (3)) as turn (turn)
    on turn.turn < least(deal.chairs, 1 + below(4, 'parts', deal.deal))
inner join seat
    on seat.company = deal.company and seat.chair = (deal.chair + turn.turn) % deal.chairs
inner join contact on contact.person = seat.person and contact.copy = 0
where greatest(later(deal.created_at, turn.turn * 3), later(contact.created_at, 0.01)) < getvariable('now')
    and (contact.deleted_at is null
        or contact.deleted_at > greatest(later(deal.created_at, turn.turn * 3), later(contact.created_at, 0.01)));
