{# The currency of the organisation, from the set-up's settings file; US dollars where it says none. #}
{% macro organisation_currency() -%}
    {%- set file = settings_file() -%}
    {%- if file -%}
        coalesce(
            (select currency from read_json('{{ file | replace("'", "''") }}', columns = {currency: 'varchar'})),
            'USD'
        )
    {%- else -%}
        'USD'
    {%- endif -%}
{%- endmacro %}
