{{ config(materialized="table") }}

with

countries as (
    select * from {{ ref("countries") }}
),

spellings as (
    select
        country_code,
        unnest(list_concat([country_code, alpha_3, country_name], string_split(coalesce(aliases, ''), ';'))) as spelling
    from countries
)

select distinct
    lower(trim(spelling)) as spelling,
    country_code
from spellings
where trim(spelling) != ''
