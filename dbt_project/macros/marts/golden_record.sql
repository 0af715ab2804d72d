{# The newest filled value of a column over the records of one group; the query ranks them by `recency` (macro below). #}
{% macro latest(column) -%}
    arg_max({{ column }}, recency) filter (where {{ column }} is not null)
{%- endmacro %}


{#
    Ranks records from oldest to newest; one that does not say when it changed comes first. Only the order within a
    group counts, so that one sort without partitions will do, of keys and times alone where records are wide.
#}
{% macro recency(prefer=none) -%}
    row_number() over (
        order by updated_at asc nulls first, {% if prefer %}{{ prefer }} asc, {% endif %}loaded_at asc, source_key asc
    )
{%- endmacro %}


{# Ranks them from oldest to youngest: the key that stands for the group must not move with every change of a record. #}
{% macro seniority(prefer=none) -%}
    row_number() over (
        order by {% if prefer %}{{ prefer }} desc, {% endif %}created_at asc nulls last, source_key asc
    )
{%- endmacro %}


{# A choice against something (`n`) in any record outweighs every choice for it. #}
{% macro strictest_consent(column) -%}
    case when bool_or({{ column }} = 'n') then 'n' else {{ latest(column) }} end
{%- endmacro %}


{# The key of a row that is known by several columns together. #}
{% macro surrogate_key(prefix, columns) -%}
    '{{ prefix }}_' || left(md5(concat_ws('|', {% for column in columns -%}
        coalesce({{ column }}, ''){% if not loop.last %}, {% endif %}
    {%- endfor %})), 16)
{%- endmacro %}
