{#-
A relation over everything the lake holds of one vendor object, all instances together.

`columns` are the names that staging asks for; an entry may be a list: the name first, then other spellings of it.
A column is found whatever its case, spaces and underscores (`createdAt`, `created_at`, `Created At`). A dotted name
is an XDM path, found as a column of that name or inside the JSON of a column that begins it. Values come trimmed,
blank is null; an absent column gives typed nulls, an absent folder no rows. `_crm_instance` is the Salesforce org that
the instance is synced with.
-#}
{% macro lake(vendor, object, columns) -%}
{%- set registered_for_lineage = source(vendor, object) -%}
{%- set files = lake_files(vendor, object) if execute else [] -%}
{%- set present = lake_names(files) if files else [] -%}
{%- set is_synced = files and vendor in ["marketo", "hubspot"] -%}
(
        select
            {{ lake_row_columns(present) }},
            {{ crm_instance() if is_synced else "cast(null as varchar)" }} as _crm_instance
            {%- for column in columns %}
            {%- set spellings = [column] if column is string else column %},
            {{ lake_value(spellings, present) }} as "{{ spellings[0] }}"
            {%- endfor %}
        {{ lake_scan(files) if files else "where false" }}
    )
{%- endmacro %}


{#- Where each row came from: the reader's own columns, with their types. -#}
{% macro lake_row_columns(present) -%}
{%- set types = {
    "_source": "varchar", "_instance": "varchar", "_type": "varchar", "_file": "varchar", "_line": "bigint",
    "_load": "varchar", "_loaded_at": "timestamp", "_row_id": "varchar", "_alias": "varchar", "_deleted": "boolean",
} -%}
{%- for name, type in types.items() -%}
cast({{ name if name in present else "null" }} as {{ type }}) as {{ name }}{{ ", " if not loop.last }}
{%- endfor -%}
{%- endmacro %}


{#- One asked-for column: the first filled of the columns and JSON values that answer to its spellings. -#}
{% macro lake_value(spellings, present) -%}
{%- set found = [] -%}
{%- for spelling in spellings -%}
    {%- for name in lake_matches(spelling, present) -%}
        {%- do found.append("nullif(trim(" ~ adapter.quote(name) ~ "), '')") -%}
    {%- endfor -%}
    {%- set steps = spelling.split(".") -%}
    {%- for taken in range(1, steps | length) -%}
        {%- for name in lake_matches(steps[:taken] | join("."), present) -%}
            {%- do found.append(json_text(adapter.quote(name), steps[taken:])) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endfor -%}
{%- if not found -%}
cast(null as varchar)
{%- elif found | length == 1 -%}
{{ found[0] }}
{%- else -%}
coalesce({{ found | join(", ") }})
{%- endif -%}
{%- endmacro %}


{#- The value at a path of keys inside a JSON text, blank as null; text that is no JSON gives null. -#}
{% macro json_text(json, keys) -%}
{%- set path = [] -%}
{%- for key in keys -%}
    {%- do path.append('."' ~ (key | replace('"', "") | replace("'", "")) ~ '"') -%}
{%- endfor -%}
case when json_valid({{ json }}) then nullif(trim(json_extract_string({{ json }}, '${{ path | join }}')), '') end
{%- endmacro %}
