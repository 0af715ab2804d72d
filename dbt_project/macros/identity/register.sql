{#
    The id register of the published snapshot: `node, id, ord, merged_into, first_seen, is_present`, empty before the
    first one.

    A row says that the node belongs to the id; where `merged_into` is filled, that it did until the id was merged
    into that other one. `ord` counts ids in the order in which they were first published; `is_present` says whether
    the node was there then, null where an older version did not tell.
#}
{% macro register(entity) -%}
    {%- set snapshots = env_var('MUSTER_SNAPSHOTS', env_var('MUSTER_DATA', '../data') ~ '/snapshots') | replace("'", "''") -%}
    {%- set current = none -%}
    {%- if execute and run_query("select file from glob('" ~ snapshots ~ "/CURRENT')").rows -%}
        {%- set pointer = run_query("select trim(content) from read_text('" ~ snapshots ~ "/CURRENT')") -%}
        {%- set current = pointer.rows[0][0] -%}
    {%- endif -%}
    {%- if current -%}
        (
            select node, id, ord, merged_into, first_seen, is_present
            from (
                select null::boolean as is_present
                where false
                union all by name
                select * from read_parquet('{{ snapshots }}/{{ current }}/register_{{ entity }}.parquet')
            ) as published
        )
    {%- else -%}
        (
            select
                null::varchar as node,
                null::varchar as id,
                null::bigint as ord,
                null::varchar as merged_into,
                null::timestamp as first_seen,
                null::boolean as is_present
            where false
        )
    {%- endif -%}
{%- endmacro %}
