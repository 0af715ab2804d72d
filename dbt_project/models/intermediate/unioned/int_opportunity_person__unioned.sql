with

salesforce_roles as (
    select * from {{ ref("stg_salesforce__opportunity_contact_roles") }}
),

salesforce_opportunities as (
    select * from {{ ref("stg_salesforce__opportunities") }}
),

roles_in_marketo as (
    select * from {{ ref("stg_marketo__opportunity_roles") }}
),

opportunities_in_marketo as (
    select * from {{ ref("stg_marketo__opportunities") }}
),

deals as (
    select * from {{ ref("stg_hubspot__deals") }}
),

hubspot_associations as (
    select * from {{ ref("int_hubspot__associations") }}
),

opportunity_people as (
    select * from {{ ref("stg_table__opportunity_people") }}
),

aliases as (
    select * from {{ ref("int_aliases") }}
),

-- The contact that an opportunity names itself, unless a role names the pair.
salesforce_primary_contacts as (
    select
        {{ pair_key("salesforce_opportunities", "salesforce_opportunities.primary_contact_source_key") }},
        salesforce_opportunities.is_deleted,
        salesforce_opportunities.loaded_at,
        salesforce_opportunities.source_key as opportunity_source_key,
        salesforce_opportunities.primary_contact_source_key as person_source_key,
        true as is_primary
    from salesforce_opportunities
    left join salesforce_roles
        on
            salesforce_opportunities.source_key = salesforce_roles.opportunity_source_key
            and salesforce_opportunities.primary_contact_source_key = salesforce_roles.person_source_key
    where
        salesforce_opportunities.primary_contact_source_key is not null
        and salesforce_roles.source_key is null
),

opportunity_ids as (
    select
        source_name,
        external_opportunity_id,
        min(source_key) as opportunity_source_key
    from opportunities_in_marketo
    where external_opportunity_id is not null
    group by all
),

marketo_roles as (
    select
        roles_in_marketo.* replace (
            coalesce(roles_in_marketo.opportunity_source_key, opportunity_ids.opportunity_source_key)
                as opportunity_source_key
        )
    from roles_in_marketo
    left join opportunity_ids
        on
            roles_in_marketo.source_name = opportunity_ids.source_name
            and roles_in_marketo.external_opportunity_id = opportunity_ids.external_opportunity_id
),

hubspot_roles as (
    select
        {{ pair_key("deals", "hubspot_associations.to_source_key") }},
        deals.is_deleted,
        deals.loaded_at,
        hubspot_associations.from_source_key as opportunity_source_key,
        hubspot_associations.to_source_key as person_source_key,
        hubspot_associations.label as person_role,
        hubspot_associations.is_primary
    from hubspot_associations
    inner join deals
        on hubspot_associations.from_source_key = deals.source_key
    where hubspot_associations.to_object = 'contact'
),

unioned as (
    select * from salesforce_roles
    union all by name
    select * from salesforce_primary_contacts
    union all by name
    select * from marketo_roles
    union all by name
    select * from hubspot_roles
    union all by name
    select * from opportunity_people
)

select
    unioned.source_key,
    unioned.source_type,
    unioned.source_name,
    unioned.record_id,
    unioned.external_key,
    unioned.is_deleted,
    coalesce(opportunity_alias.source_key, unioned.opportunity_source_key) as opportunity_source_key,
    coalesce(person_alias.source_key, unioned.person_source_key) as person_source_key,
    unioned.person_role,
    unioned.is_primary,
    unioned.created_at,
    unioned.updated_at,
    unioned.loaded_at
from unioned
left join aliases as opportunity_alias
    on
        opportunity_alias.object = 'opportunity'
        and lower(unioned.opportunity_source_key) = opportunity_alias.alias_key
left join aliases as person_alias
    on
        person_alias.object = 'person'
        and lower(unioned.person_source_key) = person_alias.alias_key
