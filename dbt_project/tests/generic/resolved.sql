{#- Counts the references that a source makes to what it has not: rows with a raw key and no resolved id. -#}
{% test resolved(model, column_name, raw_key) %}

{{ config(severity='warn') }}

select {{ raw_key }}
from {{ model }}
where {{ column_name }} is null and {{ raw_key }} is not null

{% endtest %}
