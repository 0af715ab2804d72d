with

marketo_members as (
    select * from {{ ref("stg_marketo__static_list_members") }}
),

hubspot_members as (
    select * from {{ ref("stg_hubspot__list_members") }}
),

list_members as (
    select * from {{ ref("stg_table__marketing_list_members") }}
),

aliases as (
    select * from {{ ref("int_aliases") }}
),

unioned as (
    select * from marketo_members
    union all by name
    select * from hubspot_members
    union all by name
    select * from list_members
)

select
    unioned.source_key,
    unioned.source_type,
    unioned.source_name,
    unioned.record_id,
    unioned.external_key,
    unioned.is_deleted,
    coalesce(marketing_list_alias.source_key, unioned.marketing_list_source_key) as marketing_list_source_key,
    coalesce(person_alias.source_key, unioned.person_source_key) as person_source_key,
    unioned.added_at,
    unioned.created_at,
    unioned.updated_at,
    unioned.loaded_at
from unioned
left join aliases as marketing_list_alias
    on
        marketing_list_alias.object = 'marketing_list'
        and lower(unioned.marketing_list_source_key) = marketing_list_alias.alias_key
left join aliases as person_alias
    on
        person_alias.object = 'person'
        and lower(unioned.person_source_key) = person_alias.alias_key
