{#- Ids that were merged, each with the one that lives on: `entity, gone_id, living_id`. A part of `with recursive`. -#}
{% macro living_ids() -%}
steps as (
    select distinct 'person' as entity, id as gone_id, merged_into as living_id
    from {{ ref('int_person_register') }}
    where merged_into is not null
    union all
    select distinct 'account', id, merged_into
    from {{ ref('int_account_register') }}
    where merged_into is not null
),

trail as (
    select entity, gone_id, living_id from steps
    union
    select trail.entity, trail.gone_id, steps.living_id
    from trail
    inner join steps on trail.entity = steps.entity and trail.living_id = steps.gone_id
),

living as (
    select trail.entity, trail.gone_id, min(trail.living_id) as living_id
    from trail
    left join steps on trail.entity = steps.entity and trail.living_id = steps.gone_id
    where steps.gone_id is null
    group by trail.entity, trail.gone_id
)
{%- endmacro %}
