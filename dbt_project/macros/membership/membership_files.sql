{#-
A table of membership that evaluations write: `columns` (name → type) of the Parquet files below the folder that
MUSTER_MEMBERSHIPS names, typed nulls for what they lack; no rows before the first evaluation. `name` is that of the
source, `files` the pattern below `_tables/`.
-#}
{% macro membership_files(name, files, columns) -%}
{%- set registered_for_lineage = source("muster", name) -%}
{%- set folder = env_var("MUSTER_MEMBERSHIPS", env_var("MUSTER_DATA", "../data") ~ "/memberships") ~ "/_tables/" -%}
{%- set pattern = "'" ~ (folder ~ files) | replace("'", "''") ~ "'" -%}
{%- set found = execute and run_query("select file from glob(" ~ pattern ~ ") limit 1").rows | length > 0 -%}
(
        select
            {%- for column, type in columns.items() %}
            {{ column }}{{ "," if not loop.last }}
            {%- endfor %}
        from (
            select
                {%- for column, type in columns.items() %}
                cast(null as {{ type }}) as {{ column }}{{ "," if not loop.last }}
                {%- endfor %}
            where false
            {%- if found %}
            union all by name
            select * from read_parquet({{ pattern }}, union_by_name = true)
            {%- endif %}
        ) as written
    )
{%- endmacro %}
