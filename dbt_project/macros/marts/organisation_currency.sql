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


{#
    An amount in the organisation's currency, by the exchange rates of `sources.yml`; one without a currency is in it
    already. Null where there is no rate.
#}
{% macro in_organisation_currency(amount, currency) -%}
    case
        when {{ currency }} is null or {{ currency }} = {{ organisation_currency() }} then {{ amount }}
        {%- for code, rate in exchange_rates().items() %}
            when {{ currency }} = '{{ code | replace("'", "''") }}' then {{ amount }} * {{ rate }}
        {%- endfor %}
    end
{%- endmacro %}


{# By currency, what one of it is worth in the organisation's. #}
{% macro exchange_rates() -%}
    {%- set file = settings_file() -%}
    {%- if file -%}
        {%- set query -%}
            select cast(exchange_rates as varchar)
            from read_json('{{ file | replace("'", "''") }}', columns = {exchange_rates: 'json'})
        {%- endset -%}
        {%- set rows = run_query(query).rows -%}
        {{ return(fromjson(rows[0][0]) if rows and rows[0][0] else {}) }}
    {%- endif -%}
    {{ return({}) }}
{%- endmacro %}
