{%- set policies = merge_policies('account') -%}
{%- set columns = survivors('account', policies) -%}

with fragments as (
    select * from {{ ref('int_account_fragments') }}
),

ranks as (
    select * from {{ ref('int_account_ranks') }}
),

attributes as (
    {{ survivor_attributes(columns, policies) | indent(4) }}
),

-- for each column the place of the record that the golden value is from
winners as (
    select
        account_id,
        {{ surviving_records(columns, policies) | indent(8) }}
    from fragments
    group by account_id
),

long_form as (
    unpivot winners on columns(* exclude (account_id)) into name column_name value recency
)

select
    long_form.account_id,
    attributes.attribute,
    attributes.column_name,
    ranks.source_key,
    ranks.source_name,
    ranks.updated_at,
    attributes.policy
from long_form
inner join attributes on long_form.column_name = attributes.column_name
inner join ranks on long_form.recency = ranks.recency
