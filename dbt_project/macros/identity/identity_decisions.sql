{#
    What people decided about identity, as a relation of `kind, left_key, right_key, decision, cause, decided_by,
    decided_at, note`.

    Read from MUSTER_IDENTITY_DECISIONS, or `identity_decisions.json` in the data folder, which the set-up writes from
    `identity_decisions.csv`; without it nothing is decided.
#}
{% macro identity_decisions() -%}
    {%- set file = env_var("MUSTER_IDENTITY_DECISIONS", env_var("MUSTER_DATA", "../data") ~ "/identity_decisions.json") -%}
    {%- set file = file | replace("'", "''") -%}
    {%- if execute and run_query("select file from glob('" ~ file ~ "')").rows -%}
        (
            select
                kind,
                left_key,
                right_key,
                decision,
                cause,
                decided_by,
                try_cast(nullif(decided_at, '') as timestamp) as decided_at,
                note
            from
                read_json(
                    '{{ file }}',
                    format = 'array',
                    columns = {
                        kind: 'varchar', left_key: 'varchar', right_key: 'varchar', decision: 'varchar',
                        cause: 'varchar', decided_by: 'varchar', decided_at: 'varchar', note: 'varchar'
                    }
                )
        )
    {%- else -%}
        (
            select
                null::varchar as kind,
                null::varchar as left_key,
                null::varchar as right_key,
                null::varchar as decision,
                null::varchar as cause,
                null::varchar as decided_by,
                null::timestamp as decided_at,
                null::varchar as note
            where false
        )
    {%- endif -%}
{%- endmacro %}
