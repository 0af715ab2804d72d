{#- Rows whose key is missing or shared: one scan for what `unique` and `not_null` would ask in two. -#}
{% test unique_key(model, columns) %}

select
    {{ columns | join(",\n    ") }},
    count(*) as row_count
from {{ model }}
group by all
having
    count(*) > 1
    {%- for column in columns %}
    or {{ column }} is null
    {%- endfor %}

{% endtest %}
