with

salesforce_relations as (
    select * from {{ ref("stg_salesforce__account_contact_relations") }}
),

contacts as (
    select * from {{ ref("stg_hubspot__contacts") }}
),

hubspot_associations as (
    select * from {{ ref("int_hubspot__associations") }}
),

account_people as (
    select * from {{ ref("stg_table__account_people") }}
),

aliases as (
    select * from {{ ref("int_aliases") }}
),

hubspot_relations as (
    select
        {{ pair_key("contacts", "hubspot_associations.to_source_key") }},
        contacts.is_deleted,
        contacts.loaded_at,
        hubspot_associations.from_source_key as person_source_key,
        hubspot_associations.to_source_key as account_source_key,
        hubspot_associations.label as person_role,
        nullif([hubspot_associations.label], [null]) as person_roles,
        hubspot_associations.is_primary as is_direct,
        hubspot_associations.is_primary,
        true as is_active,
        'HubSpot association' as relationship_source
    from hubspot_associations
    inner join contacts
        on hubspot_associations.from_source_key = contacts.source_key
    where hubspot_associations.to_object = 'company'
),

unioned as (
    select * from salesforce_relations
    union all by name
    select * from hubspot_relations
    union all by name
    select * from account_people
)

select
    unioned.source_key,
    unioned.source_type,
    unioned.source_name,
    unioned.record_id,
    unioned.external_key,
    unioned.is_deleted,
    coalesce(account_alias.source_key, unioned.account_source_key) as account_source_key,
    coalesce(person_alias.source_key, unioned.person_source_key) as person_source_key,
    unioned.person_role,
    unioned.person_roles,
    unioned.is_direct,
    unioned.is_active,
    unioned.is_primary,
    unioned.relation_start_date,
    unioned.relation_end_date,
    unioned.relationship_source,
    unioned.created_at,
    unioned.updated_at,
    unioned.loaded_at
from unioned
left join aliases as account_alias
    on
        account_alias.object = 'account'
        and lower(unioned.account_source_key) = account_alias.alias_key
left join aliases as person_alias
    on
        person_alias.object = 'person'
        and lower(unioned.person_source_key) = person_alias.alias_key
