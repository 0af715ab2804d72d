{#-
The Salesforce org that a row's source is synced with, by `crm` in `sources.yml`. The set-up's settings file
says so, `crm_instances: [{source, instance}]`; null for other sources, or without that file.
-#}
{% macro crm_instance() -%}
{%- set settings = settings_file() -%}
{%- set crm_instances = [] -%}
{%- if execute and settings -%}
    {%- set query %}
        select
            crm.source,
            crm.instance
        from (
            select unnest(crm_instances) as crm
            from read_json(
                '{{ settings | replace("'", "''") }}',
                columns = {crm_instances: 'struct(source varchar, instance varchar)[]'}
            )
        )
    {% endset -%}
    {%- set crm_instances = run_query(query).rows -%}
{%- endif -%}
case
            {%- for crm in crm_instances %}
                when _source = '{{ crm["source"] | replace("'", "''") }}'
                    then '{{ crm["instance"] | replace("'", "''") }}'
            {%- else %}
                when true then cast(null as varchar)
            {%- endfor %}
            end
{%- endmacro %}
