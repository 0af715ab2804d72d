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

merged_leads as (
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
    from merged_leads
    where loser_source_key != winner_source_key
    group by loser_source_key
),

-- What the leads were that a lead took in, whether or not an export ever held them.
taken_in as (
    select
        winner_source_key,
        array_agg(loser_source_key order by loser_source_key) as loser_source_keys
    from last_merges
    group by winner_source_key
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
    leads.* exclude (is_deleted, account_source_key, crm_ids),
    coalesce(leads.account_source_key, company_ids.company_source_key) as account_source_key,
    list_concat(leads.crm_ids, taken_in.loser_source_keys) as crm_ids,
    last_merges.winner_source_key as merged_into_source_key,
    leads.is_deleted
    or deletions.person_source_key is not null
    or last_merges.loser_source_key is not null as is_deleted
from leads
left join deletions
    on leads.source_key = deletions.person_source_key
left join last_merges
    on leads.source_key = last_merges.loser_source_key
left join taken_in
    on leads.source_key = taken_in.winner_source_key
left join company_ids
    on
        leads.source_name = company_ids.source_name
        and leads.external_company_id = company_ids.external_company_id
