with

contacts as (
    select * from {{ ref("stg_hubspot__contacts") }}
),

deals as (
    select * from {{ ref("stg_hubspot__deals") }}
),

activities as (
    select * from {{ ref("stg_hubspot__activities") }}
),

exported as (
    select * from {{ ref("stg_hubspot__associations") }}
),

told_by_records as (
    select
        'contact' as from_object,
        source_key as from_source_key,
        'company' as to_object,
        company_source_keys as to_source_keys
    from contacts
    union all
    select
        'deal' as from_object,
        source_key as from_source_key,
        'company' as to_object,
        company_source_keys as to_source_keys
    from deals
    union all
    select
        'deal' as from_object,
        source_key as from_source_key,
        'contact' as to_object,
        contact_source_keys as to_source_keys
    from deals
    union all
    select
        'activity' as from_object,
        source_key as from_source_key,
        unnest(['company', 'contact', 'deal']) as to_object,
        unnest([company_source_keys, contact_source_keys, deal_source_keys]) as to_source_keys
    from activities
),

associations as (
    select
        from_object,
        from_source_key,
        to_object,
        unnest(to_source_keys) as to_source_key,
        generate_subscripts(to_source_keys, 1) = 1 as is_primary,
        cast(null as varchar) as label
    from told_by_records
    union all
    select
        from_object,
        from_source_key,
        to_object,
        to_source_key,
        is_primary,
        label
    from exported
    where not is_deleted
),

-- Either end may tell of the other: activities point at deals, deals at contacts, contacts at companies.
directed as (
    select
        list_position(['activity', 'deal', 'contact', 'company'], from_object)
        > list_position(['activity', 'deal', 'contact', 'company'], to_object) as is_backward,
        case when is_backward then to_object else from_object end as from_object,
        case when is_backward then to_source_key else from_source_key end as from_source_key,
        case when is_backward then from_object else to_object end as to_object,
        case when is_backward then from_source_key else to_source_key end as to_source_key,
        is_primary,
        label
    from associations
)

select
    from_object,
    from_source_key,
    to_object,
    to_source_key,
    bool_or(is_primary) as is_primary,
    min(label) as label
from directed
group by all
