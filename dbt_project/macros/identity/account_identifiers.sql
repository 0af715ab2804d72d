{#
    A D-U-N-S number as nine digits; null for anything that is none. Spreadsheets lose leading zeros, people write
    hyphens, and a number of one digit over and over, or counted up, stands for "not known".
#}
{% macro comparable_duns(duns) -%}
    case
        when
            regexp_full_match(regexp_replace({{ duns }}, '[\s\-]', '', 'g'), '\d{7,9}')
            and not regexp_full_match(regexp_replace({{ duns }}, '[\s\-]', '', 'g'), '(0+|1+|2+|3+|4+|5+|6+|7+|8+|9+)')
            and regexp_replace({{ duns }}, '[\s\-]', '', 'g') not in ('123456789', '12345678', '987654321')
            then lpad(regexp_replace({{ duns }}, '[\s\-]', '', 'g'), 9, '0')
    end
{%- endmacro %}
