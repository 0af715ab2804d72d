-- What the Marketo instances log of each lead: letters, visits to landing pages, forms, scores, lists, programs.

create table letter as
with drawn as (
    select
        lead.instance, lead.lead_id, lead.email, lead.created_at, lead.left_at, lead.gone_at, day.day,
        lead.number * 100000 + day.day + getvariable('days') as letter
    from (
        select *, lead_id * 2 + (instance = 'marketo-emea')::int as number from marketo_lead
    ) as lead
    -- a letter of the days before may be opened today
    cross join range(getvariable('first_mail_day'), getvariable('last_day') + 1) as day (day)
    where chance('letter', lead.number * 100000 + day.day + getvariable('days')) < 0.045
),

grid as (
    select
        *, later(getvariable('until'), day + 0.25 + 0.1 * chance('sent at', day + getvariable('days'))) as sent_at
    from drawn
    where created_at < later(getvariable('until'), day + 0.25)
        and coalesce(left_at, timestamp '2999-01-01') > later(getvariable('until'), day + 0.35)
        and coalesce(gone_at, timestamp '2999-01-01') > later(getvariable('until'), day + 0.35)
)

select
    grid.* exclude (created_at, left_at, gone_at, day),
    mailing.number::bigint as mailing,
    mailing.name as mailing_name,
    mailing.link,
    chance('bounces', letter) < 0.02 as is_bounced,
    case when chance('opens', letter) < 0.34 then sent_at + to_seconds(60 + below(100000, 'opened after', letter)) end
        as opened_at,
    case when chance('opens', letter) < 0.07
        then sent_at + to_seconds(75 + below(100000, 'opened after', letter)) end as clicked_at,
    coalesce(gone_at, timestamp '2999-01-01') as ends_at
from grid
inner join mailing_word as mailing on mailing.number::bigint = below(8, 'mailing', letter);

create table activity as
with entry as (
    -- 6 to 11: a letter's life
    select
        instance, lead_id, letter * 8 + kind.kind as activity, 500 + mailing as campaign_id,
        2000 + mailing as asset_id, mailing_name as asset,
        case kind.kind when 0 then 6 when 1 then case when is_bounced then 8 else 7 end when 2 then 10 else 11 end as type_id,
        case kind.kind when 0 then sent_at when 1 then sent_at + to_seconds(40) when 2 then opened_at else clicked_at end
            as occurred_at,
        case
            when kind.kind = 1 and is_bounced
                then '{"Category":"2","Details":"550 5.1.1 mailbox unknown","Email":"' || email || '"}'
            when kind.kind = 3 then '{"Link":"https://www.atlas-demo.example' || link || '","Device":"Desktop"}'
            when kind.kind = 2 then '{"Device":"Desktop","Is Mobile Device":false}'
            else '{"Step ID":1,"Campaign Run ID":' || (700 + mailing) || '}'
        end as attributes
    from letter
    inner join (values (0), (1), (2), (3)) as kind (kind)
        on kind.kind < 2 or (not is_bounced and case kind.kind when 2 then opened_at else clicked_at end < ends_at)
    union all
    select
        instance, lead_id, lead_id * 8, null, 2000, 'Newsletter: what changed in Atlas', 9, left_at,
        json_object('Client IP Address', '192.0.2.17', 'Form Fields', 'unsubscribed')
    from marketo_lead
    where left_at < coalesce(gone_at, timestamp '2999-01-01')
    union all
    select
        instance, lead_id, lead_id * 8 + 1, null, lead_id, email, 12, created_at,
        json_object('Source Type', case when crm_type is null then 'Web form fillout' else 'Salesforce.com' end,
            'SFDC Type', crm_type, 'Created Date', on_day(created_at))
    from marketo_lead
    union all
    select
        instance, lead_id, lead_id * 8 + 2, null, 641, 'title', 13, changed_at,
        json_object('New Value', marketo_lead.title, 'Old Value', old_job.title, 'Reason', 'SFDC sync', 'Source', 'Salesforce.com')
    from marketo_lead
    inner join job as old_job on old_job.person = marketo_lead.person and old_job.job = 1
    where changed_at is not null
    union all
    select
        instance, lead_id, lead_id * 8 + 3, 640, 78, 'leadScore', 22, scored_at,
        json_object('Change Value', '+' || (score - first_score), 'New Value', score, 'Old Value', first_score,
            'Reason', 'Changed by smart campaign', 'Urgency', 1.5, 'Priority', 7, 'Relative Score', 3,
            'Relative Urgency', 2)
    from marketo_lead
    where scored_at < coalesce(gone_at, timestamp '2999-01-01')
    union all
    -- the landing pages stand on a host of their own: the website's own visits come with the web events
    select
        instance, lead_id, lead_id * 8 + kind.kind, null, 3000 + below(8, 'landing page', lead_id),
        case when kind.kind = 4 then 'Landing page ' || below(8, 'landing page', lead_id)
            else 'Form ' || below(8, 'landing page', lead_id) end,
        case kind.kind when 4 then 1 when 5 then 2 else 46 end,
        later(landed_at, (kind.kind - 4) * 0.002),
        case kind.kind
            when 4 then json_object('Webpage URL', '/lp/' || below(8, 'landing page', lead_id),
                'Referrer URL', 'https://search.example/', 'User Agent', 'Mozilla/5.0')
            when 5 then json_object('Form Fields', json_object('Email', email)::varchar,
                'Webform ID', 3000 + below(8, 'landing page', lead_id), 'Webpage ID', 1)
            else json_object('Description', 'Asked for material', 'Source', 'Landing page') end
    from (
        select *, later(getvariable('until'), -getvariable('days')
            + 400 * chance('lands ' || instance, lead_id)) as landed_at
        from marketo_lead
        where chance('has landed', lead_id) < 0.5
    )
    inner join (values (4), (5), (6)) as kind (kind)
        on kind.kind = 4 or chance('fills it', lead_id) < (case kind.kind when 5 then 0.5 else 0.3 end)
    where landed_at > created_at and later(landed_at, 0.01) < coalesce(gone_at, timestamp '2999-01-01')
    union all
    select
        instance, lead_id, membership * 4 + kind.kind + 3000000000000000, null, list_id, list_word.name,
        case kind.kind when 0 then 24 else 25 end, case kind.kind when 0 then added_at else removed_at end,
        json_object('Source', 'Web service API')
    from list_member
    inner join list_word using (instance)
    inner join (values (0), (1)) as kind (kind) on kind.kind = 0 or removed_at is not null
    where list_word.number::bigint = list_member.number
    union all
    select
        instance, lead_id, (program_id * 4 + kind.kind) * 100000000 + lead_id + 5000000000000000, null, program_id,
        campaign.name, 104, case kind.kind when 0 then joined_at else responded_at end,
        case kind.kind
            when 0 then json_object('New Status', sent, 'New Status ID', 1, 'Acquired By', false, 'Success', false,
                'Program Member ID', membership, 'Reason', 'Changed by flow step')
            else json_object('New Status', responded, 'New Status ID', 2, 'Old Status', sent, 'Old Status ID', 1,
                'Acquired By', false, 'Success', program_member.is_success, 'Program Member ID', membership,
                'Reason', 'Form fillout')
        end
    from program_member
    inner join campaign using (campaign)
    inner join (values (0), (1)) as kind (kind) on kind.kind = 0 or responded_at is not null
    union all
    -- a duplicate was merged away soon after it came in
    select
        instance, lead_id, lead_id * 8 + 7, null, lead_id, email, 32, later(created_at, 2),
        json_object('Merge IDs', '[' || (90000000 + lead_id) || ']', 'Master Updated', true,
            'Merged in Sales', false, 'Merge Source', 'manual')
    from marketo_lead
    where chance('merged', lead_id) < 0.01 and later(created_at, 2) < coalesce(gone_at, timestamp '2999-01-01')
    union all
    select
        instance, lead_id, lead_id * 8 + 6 + 8000000000000000, null, lead_id, email, 37, gone_at,
        json_object('Remove from CRM', false, 'API Method Name', 'deleteLead')
    from marketo_lead
)

select
    instance,
    (hash(activity, instance) // 2)::varchar as guid,
    lead_id, occurred_at, type_id, campaign_id, asset_id, asset, attributes::varchar as attributes
from entry
where is_news(occurred_at);
