{#- Text to typed values. What cannot be read becomes null, never an error. -#}

{#-
ISO 8601 with or without an offset (`+0000`, `Z`, `Z+0000`, ` UTC`; none means UTC), plain dates, and epoch
milliseconds or seconds.
-#}
{% macro as_timestamp(text) -%}
coalesce(
            cast(try_cast({{ text }} as timestamptz) as timestamp),
            case
                when regexp_full_match({{ text }}, '\d{12,13}') then make_timestamp(cast({{ text }} as bigint) * 1000)
                when regexp_full_match({{ text }}, '\d{10}') then make_timestamp(cast({{ text }} as bigint) * 1000000)
                else cast(try_cast(replace({{ text }}, 'Z+', '+') as timestamptz) as timestamp)
            end
        )
{%- endmacro %}

{% macro as_date(text) -%}
cast({{ as_timestamp(text) }} as date)
{%- endmacro %}

{#- `1/0`, `true/false`, `yes/no` and their first letters; anything else is null. -#}
{% macro as_boolean(text) -%}
case
            when lower({{ text }}) in ('1', 'true', 't', 'yes', 'y', '1.0') then true
            when lower({{ text }}) in ('0', 'false', 'f', 'no', 'n', '0.0') then false
        end
{%- endmacro %}

{#- Numbers, with thousands separators, a currency sign or a percent sign at most; `nan` and `inf` are none. -#}
{% macro as_double(text) -%}
case
            when isfinite(try_cast({{ text }} as double)) then try_cast({{ text }} as double)
            when regexp_full_match({{ text }}, '[+-]?[$€£]?\s*(\d{1,3}(,\d{3})+|\d+)(\.\d+)?\s*%?')
                then cast(regexp_replace({{ text }}, '[\s$€£%,]', '', 'g') as double)
        end
{%- endmacro %}

{#- The sum of one number over a list of objects in JSON, `[{"cost": 5.0}, …]`; null for none. -#}
{% macro sum_of(list, number) -%}
list_sum(list_transform(
            cast(try(from_json({{ list }}, '["JSON"]')) as json[]),
            lambda item: {{ as_double("item ->> '" ~ number ~ "'") }}
        ))
{%- endmacro %}

{% macro as_bigint(text) -%}
try_cast(round({{ as_double(text) }}) as bigint)
{%- endmacro %}

{#- The parts of a text list, `a;b` or `[a, b]`, without blanks; null for an empty one. -#}
{% macro as_list(text, separators=";,") -%}
nullif(
            list_filter(
                list_transform(
                    string_split_regex(trim({{ text }}, '[]'), '[{{ separators }}]'), lambda part: trim(part, ' "')
                ),
                lambda part: part != ''
            ),
            []
        )
{%- endmacro %}
