{#
    One list of `identity.yml` (`role_mailboxes`, `shared_mailboxes`, `disposable_domains` or `placeholder_values`), as
    a relation of one column, `entry`.

    Read from the set-up's settings file; without it the seeds stand alone.
#}
{% macro identity_settings(list) -%}
    {%- set file = settings_file() -%}
    {%- if file -%}
        (
            select lower(trim(unnest({{ list }}))) as entry
            from
                read_json(
                    '{{ file | replace("'", "''") }}',
                    columns = {{ '{' ~ list ~ ": 'varchar[]'}" }}
                )
        )
    {%- else -%}
        (select null::varchar as entry where false)
    {%- endif -%}
{%- endmacro %}
