with

marketo_lists as (
    select * from {{ ref("stg_marketo__static_lists") }}
),

hubspot_lists as (
    select * from {{ ref("stg_hubspot__lists") }}
),

marketing_lists as (
    select * from {{ ref("stg_table__marketing_lists") }}
),

unioned as (
    select * from marketo_lists
    union all by name
    select * from hubspot_lists
    union all by name
    select * from marketing_lists
)

select
    source_key,
    source_type,
    source_name,
    record_id,
    external_key,
    is_deleted,
    marketing_list_name,
    marketing_list_description,
    created_at,
    updated_at,
    loaded_at
from unioned
