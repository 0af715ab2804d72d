with

leads as (
    select * from {{ ref("stg_marketo__leads") }}
),

companies as (
    select * from {{ ref("stg_marketo__companies") }}
),

activities as (
    select * from {{ ref("stg_marketo__activities") }}
),

deletions as (
    select distinct person_source_key
    from activities
    where activity_type_id = '37'
),

merges as (
    select
        unnest(merged_person_source_keys) as loser_source_key,
        person_source_key as winner_source_key,
        occurred_at
    from activities
    where activity_type_id = '32'
),

last_merges as (
    select
        loser_source_key,
        arg_max(winner_source_key, occurred_at) as winner_source_key
    from merges
    where loser_source_key != winner_source_key
    group by loser_source_key
),

company_ids as (
    select
        source_name,
        external_company_id,
        min(source_key) as company_source_key
    from companies
    where external_company_id is not null
    group by all
)

select
    leads.* replace (
        leads.is_deleted
        or deletions.person_source_key is not null
        or last_merges.loser_source_key is not null as is_deleted,
        coalesce(leads.account_source_key, company_ids.company_source_key) as account_source_key
    ),
    last_merges.winner_source_key as merged_into_source_key
from leads
left join deletions
    on leads.source_key = deletions.person_source_key
left join last_merges
    on leads.source_key = last_merges.loser_source_key
left join company_ids
    on
        leads.source_name = company_ids.source_name
        and leads.external_company_id = company_ids.external_company_id
