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


{#
    The value of a golden record's column: the column's own merge policy says which record has it (`survival` in
    merge_policies.sql). Over the records of one group, ranked by `recency`.
#}
{% macro survivor(column, policies) -%}
    {%- if execute -%}
        {%- set rule = survival(column, policies) -%}
        {{ "arg_max_null" if rule.is_grouped else "arg_max" }}({{ column }}, {{ rule.rank }}) filter (
            where {{ rule.filled }}
        )
    {%- else -%}
        null
    {%- endif -%}
{%- endmacro %}


{# For each column, under its own name, the `recency` of the record that `survivor` takes it from. #}
{% macro surviving_records(columns, policies) -%}
    {%- for column in columns -%}
        {%- set rule = survival(column, policies) -%}
        {%- if rule.is_grouped -%}
            arg_max_null(if({{ column }} is not null, recency, null), {{ rule.rank }})
        {%- else -%}
            arg_max(recency, {{ rule.rank }})
        {%- endif %} filter (where {{ rule.filled }}) as {{ column }}
        {%- if not loop.last %},
{% endif -%}
    {%- else -%}
        null as nothing
    {%- endfor -%}
{%- endmacro %}


{# `column_name`, its XDM path as `attribute`, and the `policy` by which it survives. #}
{% macro survivor_attributes(columns, policies) -%}
    {%- for column in columns -%}
        {%- set rule = survival(column, policies) -%}
        select '{{ column }}' as column_name, '{{ rule.path }}' as attribute, '{{ rule.method }}' as policy
        {%- if not loop.last %} union all
{% endif -%}
    {%- else -%}
        select null as column_name, null as attribute, null as policy
    {%- endfor -%}
{%- endmacro %}


{# The key of a row that is known by several columns together. #}
{% macro surrogate_key(prefix, columns) -%}
    '{{ prefix }}_' || left(md5(concat_ws('|', {% for column in columns -%}
        coalesce({{ column }}, ''){% if not loop.last %}, {% endif %}
    {%- endfor %})), 16)
{%- endmacro %}
