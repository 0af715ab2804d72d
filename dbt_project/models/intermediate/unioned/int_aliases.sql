with

records as (
    select 'person' as object, source_key, alias_key, is_deleted from {{ ref("stg_salesforce__contacts") }}
    union all
    select 'person' as object, source_key, alias_key, is_deleted from {{ ref("stg_salesforce__leads") }}
    union all
    select 'person' as object, source_key, alias_key, is_deleted from {{ ref("stg_marketo__leads") }}
    union all
    select 'person' as object, source_key, alias_key, is_deleted from {{ ref("stg_hubspot__contacts") }}
    union all
    select 'person' as object, source_key, alias_key, is_deleted from {{ ref("stg_table__people") }}
    union all
    select 'account' as object, source_key, alias_key, is_deleted from {{ ref("stg_salesforce__accounts") }}
    union all
    select 'account' as object, source_key, alias_key, is_deleted from {{ ref("stg_marketo__companies") }}
    union all
    select 'account' as object, source_key, alias_key, is_deleted from {{ ref("stg_hubspot__companies") }}
    union all
    select 'account' as object, source_key, alias_key, is_deleted from {{ ref("stg_table__accounts") }}
    union all
    select 'opportunity' as object, source_key, alias_key, is_deleted from {{ ref("stg_salesforce__opportunities") }}
    union all
    select 'opportunity' as object, source_key, alias_key, is_deleted from {{ ref("stg_marketo__opportunities") }}
    union all
    select 'opportunity' as object, source_key, alias_key, is_deleted from {{ ref("stg_hubspot__deals") }}
    union all
    select 'opportunity' as object, source_key, alias_key, is_deleted from {{ ref("stg_table__opportunities") }}
    union all
    select 'campaign' as object, source_key, alias_key, is_deleted from {{ ref("stg_salesforce__campaigns") }}
    union all
    select 'campaign' as object, source_key, alias_key, is_deleted from {{ ref("stg_marketo__programs") }}
    union all
    select 'campaign' as object, source_key, alias_key, is_deleted from {{ ref("stg_table__campaigns") }}
    union all
    select 'marketing_list' as object, source_key, alias_key, is_deleted from {{ ref("stg_marketo__static_lists") }}
    union all
    select 'marketing_list' as object, source_key, alias_key, is_deleted from {{ ref("stg_hubspot__lists") }}
    union all
    select 'marketing_list' as object, source_key, alias_key, is_deleted from {{ ref("stg_table__marketing_lists") }}
),

-- An alias that two records share means neither of them.
unique_aliases as (
    select
        object,
        lower(alias_key) as alias_key,
        min(source_key) as source_key
    from records
    where alias_key is not null and not is_deleted
    group by all
    having count(*) = 1
)

-- A record's own key comes before another's alias.
select unique_aliases.*
from unique_aliases
left join records
    on
        unique_aliases.object = records.object
        and unique_aliases.alias_key = lower(records.source_key)
where records.source_key is null
