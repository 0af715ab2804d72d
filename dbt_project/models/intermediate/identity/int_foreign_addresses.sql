with identities as (
    select * from {{ ref('int_person_identities') }}
    where namespace = 'Email'
),

limits as (
    select * from {{ ref('int_identity_limits') }}
    where has_data
),

several as (
    select node from identities
    group by node
    having count(*) > 1
),

names as (
    select
        source_key,
        {{ comparable_name('first_name') | indent(8) }} as first_name,
        {{ comparable_name('last_name') | indent(8) }} as last_name
    from {{ ref('int_person__unioned') }}
),

bearers as (
    select
        identities.node,
        identities.source_key,
        names.first_name,
        names.last_name,
        regexp_replace(strip_accents(split_part(identities.value, '@', 1)), '[^\p{L}]', '', 'g') as mailbox
    from identities
    inner join several on identities.node = several.node
    inner join names on identities.source_key = names.source_key
    cross join limits
    where names.first_name is not null and names.last_name is not null
),

-- whose name the address spells
spelled as (
    select *
    from bearers
    where
        (length(first_name) > 2 and contains(mailbox, first_name))
        or (length(last_name) > 2 and contains(mailbox, last_name))
),

compared as (
    select
        bearers.node,
        bearers.source_key,
        bool_or(
            jaro_winkler_similarity(bearers.first_name, spelled.first_name) >= 0.8
            or jaro_winkler_similarity(bearers.last_name, spelled.last_name) >= 0.8
        ) as is_alike
    from bearers
    inner join spelled on bearers.node = spelled.node
    group by bearers.node, bearers.source_key
)

select
    node,
    source_key,
    'address that spells the name of another' as reason
from compared
where not is_alike
