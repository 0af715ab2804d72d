{#-
The Parquet files of one vendor object, newest reading only: where a file was read again because its mapping changed,
its earlier readings do not count. A load is called `<time>-<content>-<mapping>`, and its footer names the file read.
-#}
{% macro lake_files(vendor, object) -%}
{%- set folder = env_var("MUSTER_LAKE", env_var("MUSTER_DATA", "../data") ~ "/lake") ~ "/" ~ vendor ~ "/" ~ object -%}
{%- set pattern = "'" ~ folder | replace("'", "''") ~ "/source=*/*.parquet'" -%}
{%- set listing %}select file from glob({{ pattern }}) order by file{% endset -%}
{%- set readings %}
    select loads.file
    from glob({{ pattern }}) as loads
    left join parquet_kv_metadata({{ pattern }}) as footers
        on loads.file = footers.file_name and decode(footers.key) = 'muster'
    qualify row_number() over (
        partition by
            regexp_extract(loads.file, '/source=([^/]*)/[^/]*$', 1),
            split_part(parse_filename(loads.file), '-', 2),
            json_extract_string(decode(footers.value), '$.file')
        order by parse_filename(loads.file) desc
    ) = 1
    order by loads.file
{% endset -%}
{%- set files = run_query(listing).columns[0].values() | list -%}
{{ return(run_query(readings).columns[0].values() | list if files | length > 1 else files) }}
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
