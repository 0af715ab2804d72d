{#-
One attribute of a Marketo activity. Bulk extracts write the attributes as an object, `{"Link": "…"}`; the REST API
as a list, `[{"name": "Link", "value": "…"}]`.
-#}
{% macro marketo_attribute(attributes, name) -%}
case
            when not json_valid({{ attributes }}) then null
            when {{ attributes }}[1] = '{' then json_extract_string({{ attributes }}, '$."{{ name }}"')
            when {{ attributes }}[1] = '['
                then json_extract_string({{ attributes }}, '$[*].value')[
                    list_position(json_extract_string({{ attributes }}, '$[*].name'), '{{ name }}')
                ]
        end
{%- endmacro %}
