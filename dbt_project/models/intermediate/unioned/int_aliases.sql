{%- set referred = {
    "person": ["stg_salesforce__contacts", "stg_salesforce__leads", "stg_marketo__leads", "stg_hubspot__contacts", "stg_table__people"],
    "account": ["stg_salesforce__accounts", "stg_marketo__companies", "stg_hubspot__companies", "stg_table__accounts"],
    "opportunity": [
        "stg_salesforce__opportunities", "stg_marketo__opportunities", "stg_hubspot__deals", "stg_table__opportunities"
    ],
    "campaign": ["stg_salesforce__campaigns", "stg_marketo__programs", "stg_table__campaigns"],
    "marketing_list": ["stg_marketo__static_lists", "stg_hubspot__lists", "stg_table__marketing_lists"],
} -%}

with

records as (
    {%- for object, models in referred.items() %}
    {%- set is_last_object = loop.last %}
    {%- for model in models %}
    select
        '{{ object }}' as object,
        source_key,
        lower(alias_key) as alias_key
    from {{ ref(model) }}
    where not is_deleted
    {%- if not (loop.last and is_last_object) %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
),

-- An alias that two records share means neither of them.
unique_aliases as (
    select
        object,
        alias_key,
        min(source_key) as source_key
    from records
    where alias_key is not null
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
