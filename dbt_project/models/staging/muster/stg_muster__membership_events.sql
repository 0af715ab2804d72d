with written as (
    select *
    from {{ membership_files('membership_events', 'events/*.parquet', {
        'audience': 'varchar',
        'entity': 'varchar',
        'entity_id': 'varchar',
        'event': 'varchar',
        'other_id': 'varchar',
        'happened_at': 'timestamp',
        'version': 'integer',
        'snapshot': 'varchar',
        'cause': 'varchar',
    }) }} as written
)

select
    audience,
    entity,
    entity_id,
    event,
    other_id,
    happened_at,
    version,
    snapshot,
    cause
from written
