{#-
Source keys of a HubSpot record's associates of one object, the primary one first: from the column of one id, from
the column of several (`12;34`) and from the JSON of `associations`, `{"companies": {"results": [{"id": "12"}]}}`.
-#}
{% macro hubspot_keys(one, several, object) -%}
list_transform(
            nullif(list_filter(
                list_concat([{{ one }}], {{ as_list(several) }}, {{ hubspot_associates(object) }}),
                lambda id: id is not null
            ), []),
            lambda id: {{ key_of("id") }}
        )
{%- endmacro %}

{#- The ids of one object in the `associations` of a record that the API gave. -#}
{% macro hubspot_associates(object) -%}
case when json_valid(associations) then json_extract_string(associations, '$."{{ object }}".results[*].id') end
{%- endmacro %}

{#- HubSpot's many names of an object type in one form: contact, company, deal, activity. -#}
{% macro hubspot_object(name) -%}
case lower({{ name }})
            {%- for object, names in {
                "contact": ["contact", "contacts", "0-1"],
                "company": ["company", "companies", "0-2"],
                "deal": ["deal", "deals", "0-3"],
                "activity": ["engagement", "engagements", "activity", "activities"],
            }.items() %}
            {%- for each in names %}
            when '{{ each }}' then '{{ object }}'
            {%- endfor %}
            {%- endfor %}
        end
{%- endmacro %}
