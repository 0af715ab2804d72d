select json_object(
    'id', case getvariable('instance') when 'marketo-na' then 1000 else 3000 end + campaign,
    'name', case getvariable('instance') when 'marketo-na' then name else 'EMEA ' || name end,
    'description', name || ', ' || channel,
    'createdAt', asset_time(later(starts_on, -30)),
    'updatedAt', asset_time(greatest(later(starts_on, -30), past(later(starts_on, 0.3)))),
    'startDate', asset_time(starts_on),
    'endDate', asset_time(ends_on),
    'url', 'https://app.marketo.example/#PG' || (1000 + campaign) || 'A1',
    'type', case when channel in ('Webinar', 'Live Event', 'Roadshow', 'Tradeshow') then 'Event'
        when channel = 'Nurture' then 'Engagement' when channel = 'Email Send' then 'Email' else 'Default' end,
    'channel', channel,
    'folder', json_object('type', 'Folder', 'value', 24, 'folderName', type),
    'status', case when starts_on <= getvariable('now')::date then 'on' else '' end,
    'workspace', 'Default',
    'tags', json_array(),
    'costs', case when starts_on <= getvariable('now')::date
        then json_array(json_object('startDate', asset_time(starts_on), 'cost', final_cost)) else json_array() end,
    'sfdcId', case getvariable('instance') when 'marketo-na' then salesforce_id('701', campaign) end,
    'headStart', false
)::varchar
from campaign
where not is_umbrella and (getvariable('instance') = 'marketo-na' or campaign % 2 = 0)
    and is_news(greatest(later(starts_on, -30), past(later(starts_on, 0.3))))
order by campaign
