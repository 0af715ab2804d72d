{# What an identity is made of: namespaces, values, and which of them tell nothing. Nodes are `namespace:value`. #}

{# The columns that `int_identity_namespaces` (alias `known`, left joined) tells of a namespace; those not listed are
   cookies where their name says so, else accounts of some kind (cross_device). #}
{% macro namespace_columns(namespace) -%}
    coalesce(known.namespace, trim({{ namespace }})) as namespace,
    coalesce(known.type, case when {{ is_cookie(namespace) }} then 'cookie' else 'cross_device' end) as type,
    coalesce(known.is_device, {{ is_cookie(namespace) }}) as is_device,
    coalesce(known.is_unique, false) as is_unique,
    coalesce(known.priority, case when {{ is_cookie(namespace) }} then 60 else 20 end) as priority
{%- endmacro %}


{% macro is_cookie(namespace) -%}
    lower({{ namespace }}) like '%cookie%'
{%- endmacro %}


{# A value made comparable, by the `normalise` of its namespace; a phone number keeps its digits and a leading +. #}
{% macro canonical_value(normalise, value) -%}
    case {{ normalise }}
        when 'email' then lower(trim({{ value }}))
        when 'lower' then lower(trim({{ value }}))
        when 'phone' then regexp_replace(regexp_replace({{ value }}, '[^0-9+]', '', 'g'), '^00([1-9])', '+\1')
        else trim({{ value }})
    end
{%- endmacro %}


{# Why a value is no identity by itself, null where it may be one. `limits` is in the FROM clause. #}
{% macro value_refusal(type, value, pattern) -%}
    case
        when length({{ value }}) > 1024 then 'longer than 1,024 characters'
        when {{ pattern }} is not null and not regexp_full_match({{ value }}, {{ pattern }})
            then 'not of the form ' || {{ pattern }}
        when {{ type }} = 'email' and {{ value }} not like '_%@_%' and namespace = 'Email' then 'no e-mail address'
        when limits.has_lists and {{ is_placeholder(type, value) }} then 'placeholder'
        when lower({{ value }}) in (select entry from {{ identity_settings('placeholder_values') }}) then 'placeholder'
    end
{%- endmacro %}


{# Values that software and people write where they know nothing: they would tie strangers together. #}
{% macro is_placeholder(type, value) -%}
    (
        regexp_full_match({{ value }}, '[0-]+')
        or ({{ type }} = 'phone' and replace(ltrim({{ value }}, '+'), left(ltrim({{ value }}, '+'), 1), '') = '')
        or lower({{ value }}) in (
            select placeholder from {{ ref('placeholder_values') }}
            where kind = 'any'
        )
        or ({{ type }} = 'email' and lower({{ value }}) in (
            select placeholder from {{ ref('placeholder_values') }}
            where kind = 'email'
        ))
        or ({{ type }} = 'email' and split_part(lower({{ value }}), '@', 1) in (
            select placeholder from {{ ref('placeholder_values') }}
            where kind = 'mailbox'
        ))
        or ({{ type }} = 'phone' and ltrim({{ value }}, '+') in (
            select placeholder from {{ ref('placeholder_values') }}
            where kind = 'phone'
        ))
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
