{#- Texts brought into the one form that joins and rules expect. -#}

{#- An e-mail address in lower case; null for anything that is none. -#}
{% macro as_email(text) -%}
case when regexp_full_match({{ text }}, '[^@\s]+@[^@\s]+\.[^@\s.]+') then lower({{ text }}) end
{%- endmacro %}

{#- The host of a website or a bare domain, in lower case, without `www.`; of a list the first; null where there is none. -#}
{% macro as_domain(text) -%}
nullif(regexp_extract(
            lower({{ text }}),
            '^[\s\["]*(?:[a-z][a-z0-9+.-]*://)?(?:[^/@\s]*@)?(?:www\.)?([^/:?#\s,;"]+\.[^/:?#\s,;".]+)', 1
        ), '')
{%- endmacro %}

{#- The ISO code of a country given by code or name; a spelling that the seed does not know stays as it is. -#}
{% macro as_country(text) -%}
coalesce(
            (
                select min(spellings.country_code)
                from {{ ref("stg_reference__country_spellings") }} as spellings
                where spellings.spelling = lower({{ text }})
            ),
            {{ text }}
        )
{%- endmacro %}

{#- A full name: as given, or first and last name together. -#}
{% macro as_full_name(full_name, first_name, last_name) -%}
coalesce({{ full_name }}, nullif(concat_ws(' ', {{ first_name }}, {{ last_name }}), ''))
{%- endmacro %}

{#- Consent from an opt-out flag: `n` opted out, `y` explicitly not, null unknown. -#}
{% macro as_consent(opted_out) -%}
case {{ as_boolean(opted_out) }} when true then 'n' when false then 'y' end
{%- endmacro %}

{#- An XDM consent choice, `y`, `n`, `p` (pending), `u` (unknown), also where the source writes yes and no. -#}
{% macro as_consent_choice(choice) -%}
case {{ as_boolean(choice) }} when true then 'y' when false then 'n' else lower({{ choice }}) end
{%- endmacro %}

{#-
Outcome of an opportunity by the words of its stage: `won`, `lost`, or null while it is open. HubSpot's pages put the
pipeline behind it: `Closed Won (Sales Pipeline)`.
-#}
{% macro stage_outcome(stage) -%}
case
            when regexp_full_match(lower({{ stage }}), '(closed)?[\s_-]*won(\s*\(.*\))?') then 'won'
            when regexp_full_match(lower({{ stage }}), '(closed)?[\s_-]*lost(\s*\(.*\))?') then 'lost'
        end
{%- endmacro %}

{#- A street of several lines on one. -#}
{% macro as_line(text) -%}
regexp_replace({{ text }}, '\s*[\r\n]+\s*', ', ', 'g')
{%- endmacro %}
