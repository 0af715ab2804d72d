{#-
The Parquet files of one vendor object, one reading for each content of an instance: where a file was read again
because its mapping changed, only the newest reading counts. A load is called `<time>-<content>-<mapping>`.
-#}
{% macro lake_files(vendor, object) -%}
{%- set folder = env_var("MUSTER_LAKE", "../data/lake") ~ "/" ~ vendor ~ "/" ~ object -%}
{%- set query %}
    select file
    from glob('{{ folder | replace("'", "''") }}/source=*/*.parquet')
    qualify row_number() over (
        partition by regexp_extract(file, '/source=([^/]*)/[^/]*$', 1), split_part(parse_filename(file), '-', 2)
        order by parse_filename(file) desc
    ) = 1
    order by file
{% endset -%}
{{ return(run_query(query).columns[0].values() | list) }}
{%- endmacro %}


{#- The names of all columns of the files, each once. -#}
{% macro lake_names(files) -%}
{%- set query %}select column_name from (describe select * {{ lake_scan(files) }}){% endset -%}
{{ return(run_query(query).columns[0].values() | list) }}
{%- endmacro %}


{#- The files read as one table, columns matched by name. -#}
{% macro lake_scan(files) -%}
from read_parquet(
            [{% for file in files %}'{{ file | replace("'", "''") }}'{{ ", " if not loop.last }}{% endfor %}],
            union_by_name = true, hive_partitioning = false
        )
{%- endmacro %}


{#- The columns that answer to a name, exact spelling first. -#}
{% macro lake_matches(name, present) -%}
{%- set wanted = (name or "") | lower | replace("_", "") | replace(" ", "") -%}
{%- set exact = [] -%}
{%- set loose = [] -%}
{%- for column in present if not column.startswith("_") or column == name -%}
    {%- if column | lower == name | lower -%}
        {%- do exact.append(column) -%}
    {%- elif column | lower | replace("_", "") | replace(" ", "") == wanted -%}
        {%- do loose.append(column) -%}
    {%- endif -%}
{%- endfor -%}
{{ return(exact + loose) }}
{%- endmacro %}


{#- The columns of an object that begin with one of the prefixes, read when a model runs. -#}
{% macro lake_names_like(vendor, object, prefixes) -%}
{%- set names = [] -%}
{%- if execute -%}
    {%- set files = lake_files(vendor, object) -%}
    {%- for name in (lake_names(files) if files else []) -%}
        {%- for prefix in prefixes if name.startswith(prefix) and name not in names -%}
            {%- do names.append(name) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endif -%}
{{ return(names) }}
{%- endmacro %}
