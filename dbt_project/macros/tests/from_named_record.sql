{#-
Rows of a provenance whose golden value is not the value of the record that it names. One pass over the three tables;
what is known by identities alone names no record's column.
-#}
{% test from_named_record(model, golden, fragments, key) %}

{%- set policies = merge_policies(golden.identifier) -%}
{%- set columns = survivors(golden.identifier, policies) %}

with provenance as (
    select * from {{ model }}
    where policy <> 'identityGraph'
)

select provenance.*
from provenance
left join {{ golden }} as golden on provenance.{{ key }} = golden.{{ key }}
left join {{ fragments }} as fragments on provenance.source_key = fragments.source_key
where
    fragments.{{ key }} is distinct from provenance.{{ key }}
    or not coalesce(case provenance.column_name
        {%- for column in columns %}
        when '{{ column }}' then golden.{{ column }} = fragments.{{ column }}
        {%- endfor %}
    end, false)

{% endtest %}
