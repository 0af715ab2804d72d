{#-
The JSON file in which the set-up hands `identity.yml` and its CRM syncs to this project: MUSTER_IDENTITY, or
`identity.json` in the data folder where there is one; empty otherwise, and the seeds stand alone.
-#}
{% macro settings_file() -%}
{%- set file = env_var("MUSTER_IDENTITY", env_var("MUSTER_DATA", "../data") ~ "/identity.json") -%}
{%- set query = "select file from glob('" ~ (file | replace("'", "''")) ~ "')" -%}
{{ return(file if execute and run_query(query).rows else "") }}
{%- endmacro %}
