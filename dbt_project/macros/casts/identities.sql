{#- Lists of identities: `struct(namespace varchar, value varchar)[]`. -#}

{#-
All identities of a row, each once; null for none. `columns` are those of the lake that hold them, as
`lake_identity_columns` finds them: mapped `identityMap.<namespace>`, an XDM `identityMap` in JSON,
`{"ECID": [{"id": "…"}]}`, and e-mail addresses, `workEmail` or `personalEmail`.
-#}
{% macro identities(columns) -%}
{%- set parts = [] -%}
{%- for column in columns -%}
    {%- if column == "identityMap" -%}
        {%- do parts.append(identities_in('"identityMap"')) -%}
    {%- elif column.startswith("identityMap.") -%}
        {%- do parts.append(identity(identity_namespace(column.split(".", 1)[1]), adapter.quote(column))) -%}
    {%- else -%}
        {%- do parts.append(identity("Email", adapter.quote(column))) -%}
    {%- endif -%}
{%- endfor -%}
{%- if parts | length == 0 -%}
cast(null as struct(namespace varchar, value varchar)[])
{%- elif parts | length == 1 -%}
{{ parts[0] }}
{%- else -%}
nullif(list_distinct(list_concat(
            {{ parts | join(",
            ") }}
        )), [])
{%- endif -%}
{%- endmacro %}

{#- What of an object's columns in the lake identifies a person; read when a model runs. -#}
{% macro lake_identity_columns(vendor, object, prefixes=["identityMap", "workEmail", "personalEmail"]) -%}
{%- set columns = [] -%}
{%- for name in lake_names_like(vendor, object, prefixes) -%}
    {%- set column = name ~ ".address" if name in ["workEmail", "personalEmail"] else name -%}
    {%- if column not in columns -%}
        {%- do columns.append(column) -%}
    {%- endif -%}
{%- endfor -%}
{{ return(columns) }}
{%- endmacro %}

{#- A list of one identity; null for a null value, or for an e-mail address that is none. -#}
{% macro identity(namespace, value) -%}
{%- set checked = as_email(value) if namespace == "Email" else value -%}
case
                when {{ checked }} is not null
                    then [{'namespace': '{{ namespace | replace("'", "''") }}', 'value': {{ checked }}}]
            end
{%- endmacro %}

{#- The identities of an XDM identity map in JSON. -#}
{% macro identities_in(identity_map) -%}
flatten(list_transform(
                map_entries(try(from_json({{ identity_map }}, '"MAP(VARCHAR, STRUCT(id VARCHAR)[])"'))),
                lambda entry: list_transform(
                    entry.value,
                    lambda item: {
                        'namespace': case lower(entry.key)
                            when 'email' then 'Email'
                            when 'ecid' then 'ECID'
                            else entry.key
                        end,
                        'value': case lower(entry.key) when 'email' then lower(item.id) else item.id end
                    }
                )
            ))
{%- endmacro %}

{#- The two standard namespaces in their own spelling, whatever the file's. -#}
{% macro identity_namespace(name) -%}
{{ return({"email": "Email", "ecid": "ECID"}.get(name | lower, name)) }}
{%- endmacro %}

{#- The values that a list of identities holds in one namespace; null for none. -#}
{% macro values_of(namespace, identities) -%}
nullif(list_transform(
            list_filter({{ identities }}, lambda item: item.namespace = '{{ namespace }}'), lambda item: item.value
        ), [])
{%- endmacro %}

{#- A list of identities without those of one namespace; null for none. -#}
{% macro values_beside(namespace, identities) -%}
nullif(list_filter({{ identities }}, lambda item: item.namespace != '{{ namespace }}'), [])
{%- endmacro %}

{#- Identities of one namespace from a list of values. -#}
{% macro identities_of(namespace, list) -%}
list_transform({{ list }}, lambda item: {'namespace': '{{ namespace }}', 'value': item})
{%- endmacro %}
