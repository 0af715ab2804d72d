with written as (
    select *
    from {{ membership_files('memberships', 'membership.parquet', {
        'audience': 'varchar',
        'entity': 'varchar',
        'entity_id': 'varchar',
        'status': 'varchar',
        'entered_at': 'timestamp',
        'exited_at': 'timestamp',
        'version': 'integer',
        'cause': 'varchar',
        'payload': 'varchar',
    }) }} as written
)

select
    audience,
    entity,
    entity_id,
    status,
    entered_at,
    exited_at,
    version,
    cause,
    payload
from written
