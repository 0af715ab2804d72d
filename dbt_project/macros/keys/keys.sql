{#- Ids and the keys made of them: `<record id>@<instance>.<source type>`. -#}

{#- An id without the `.0` that spreadsheets append to numbers. -#}
{% macro record_id(id) -%}
regexp_replace({{ id }}, '(\d)\.0$', '\1')
{%- endmacro %}

{#- The key of a record of the row's own instance; null for a null id. -#}
{% macro source_key(id) -%}
{{ id }} || '@' || _instance || '.' || _type
{%- endmacro %}

{#- A reference to a record of the row's own instance. -#}
{% macro key_of(id) -%}
{{ source_key(record_id(id)) }}
{%- endmacro %}

{#- A reference to a Salesforce record of the row's own instance. -#}
{% macro salesforce_key_of(id) -%}
{{ source_key(salesforce_id(id)) }}
{%- endmacro %}

{#- A reference to a record of the Salesforce org that the row's instance is synced with; null without one. -#}
{% macro crm_key_of(id) -%}
{{ salesforce_id(id) }} || '@' || _crm_instance || '.Salesforce'
{%- endmacro %}

{#- A reference as a mapped table writes it: a whole source key, or an id of the same table's source. -#}
{% macro table_key_of(reference) -%}
case
            when regexp_matches({{ reference }}, '@.+\.(Salesforce|HubSpot|Marketo|Events|Table)$') then {{ reference }}
            else {{ key_of(reference) }}
        end
{%- endmacro %}

{#- Condition of `qualify` that keeps the newest version of each record. -#}
{% macro newest_row(id="record_id") -%}
row_number() over (partition by _source, {{ id }} order by _load desc, _line desc) = 1
{%- endmacro %}

{#-
A Salesforce id of 18 characters. Ids of 15 are case-sensitive; the three characters after them say, five bits each,
which letters are capital. Anything else, as a key column of an import file, stays as it is.
-#}
{% macro salesforce_id(id) -%}
case
            when regexp_full_match({{ id }}, '[a-zA-Z0-9]{15}') then {{ id }}
            {%- for block in range(3) %}
                || substr(
                    'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345',
                    1
                    {%- for bit in range(5) %}
                    + case when {{ id }}[{{ block * 5 + bit + 1 }}] between 'A' and 'Z' then {{ 2 ** bit }} else 0 end
                    {%- endfor %},
                    1
                )
            {%- endfor %}
            else {{ record_id(id) }}
        end
{%- endmacro %}

{#-
The id of a Salesforce record whose class two objects fill, leads beside contacts, events beside tasks. Real ids differ
by their prefix; where an import file merely counts its rows, `1` is another record in each file.
-#}
{% macro salesforce_id_of(object, id) -%}
case
            when regexp_full_match({{ id }}, '\d+(\.0)?') then '{{ object }}-' || {{ record_id(id) }}
            else {{ salesforce_id(id) }}
        end
{%- endmacro %}

{#-
The key columns of a relation that its source keeps no record of: made of the record that names it and the record
it names.
-#}
{% macro pair_key(record, other_source_key) -%}
{{ record }}.record_id || '|' || regexp_extract({{ other_source_key }}, '^(.*)@[^@]*$', 1)
            || substr({{ record }}.source_key, length({{ record }}.record_id) + 1) as source_key,
        {{ record }}.source_type,
        {{ record }}.source_name,
        {{ record }}.record_id || '|' || regexp_extract({{ other_source_key }}, '^(.*)@[^@]*$', 1) as record_id
{%- endmacro %}
