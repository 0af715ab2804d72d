{# What an identity is made of: namespaces, values, and which of them tell nothing. Nodes are `namespace:value`. #}

{% macro canonical_namespace(namespace) -%}
    case lower({{ namespace }}) when 'email' then 'Email' when 'ecid' then 'ECID' else trim({{ namespace }}) end
{%- endmacro %}


{% macro canonical_value(namespace, value) -%}
    case lower({{ namespace }}) when 'email' then lower(trim({{ value }})) else trim({{ value }}) end
{%- endmacro %}


{# Cookies and devices: they say which browser or phone, not who. #}
{% macro is_device(namespace) -%}
    (
        lower({{ namespace }}) in (
            'ecid', 'aaid', 'gaid', 'idfa', 'idfv', 'rida', 'waid', 'core', 'tntid', 'adcloud', 'munchkin',
            'anonymousid', 'anonymous_id', 'deviceid', 'device_id', 'domain_userid', 'network_userid', 'visitorid'
        )
        or lower({{ namespace }}) like '%cookie%'
    )
{%- endmacro %}


{# Values that software writes where it knows nothing: they would tie strangers together. #}
{% macro is_placeholder(namespace, value) -%}
    (
        lower({{ value }}) in (
            '', 'null', 'none', 'nil', 'nan', 'n/a', 'undefined', 'unknown', 'anonymous', 'guest', '(not set)'
        )
        or regexp_full_match({{ value }}, '[0-]+')
        or length({{ value }}) > 1024
        or ({{ namespace }} = 'Email' and {{ value }} not like '_%@_%')
    )
{%- endmacro %}


{# A name fit for comparison: letters only, no case, no accents; null where it stands for "not known". #}
{% macro comparable_name(name) -%}
    case
        when
            regexp_replace(strip_accents(lower({{ name }})), '[^\p{L}]', '', 'g')
            not in ('', 'unknown', 'notprovided', 'na', 'none', 'null', 'test')
            then regexp_replace(strip_accents(lower({{ name }})), '[^\p{L}]', '', 'g')
    end
{%- endmacro %}
