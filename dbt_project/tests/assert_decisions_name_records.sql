{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'int_identity_decisions'}}}) }}
-- A decision about a record that no source has does nothing: a slip of the pen, or a record that is gone for good.
with decisions as (
    select
        left_key as source_key,
        split_part(kind, '_', 1) as kind
    from {{ ref('int_identity_decisions') }}

    union all

    select
        right_key as source_key,
        split_part(kind, '_', -1) as kind
    from {{ ref('int_identity_decisions') }}
),

records as (
    select source_key, 'person' as kind from {{ ref('int_person__unioned') }}
    union all
    select source_key, 'account' as kind from {{ ref('int_account__unioned') }}
)

select decisions.*
from decisions
left join records on decisions.source_key = records.source_key and decisions.kind = records.kind
where records.source_key is null
