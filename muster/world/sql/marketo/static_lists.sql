select json_object(
    'id', case instance when 'marketo-na' then 1000 else 5000 end + number::bigint,
    'name', name,
    'description', description,
    'createdAt', asset_time(timestamp '2024-03-04 08:00:00'),
    'updatedAt', asset_time(timestamp '2024-03-04 08:00:00'),
    'folder', json_object('id', 13, 'type', 'Folder'),
    'computedUrl', 'https://app.marketo.example/#ST' || (1000 + number::bigint) || 'A1',
    'workspace', 'Default'
)::varchar
from list_word
where instance = getvariable('instance') and is_news(timestamp '2024-03-04 08:00:00')
order by number
