with links as (
    select * from {{ ref('int_person_identity_links') }}
),

identities as (
    select node, person_id from {{ ref('int_person_by_identity') }}
),

matches as (
    select
        'match' as kind,
        'b2b_person:' || left_key as left_node,
        'b2b_person:' || right_key as right_node,
        probability,
        evidence
    from {{ ref('int_person_matches') }}
)

select
    {{ surrogate_key('pl', ['links.left_node', 'links.right_node', 'links.kind', 'links.source_key']) }}
        as person_link_id,
    links.left_node,
    links.right_node,
    links.kind,
    links.source_key,
    links.source_name,
    links.first_seen_at,
    links.last_seen_at,
    coalesce(left_identity.person_id, right_identity.person_id) as person_id,
    matches.probability,
    matches.evidence,
    links.refused_because
from links
left join identities as left_identity on links.left_node = left_identity.node
left join identities as right_identity on links.right_node = right_identity.node
left join matches
    on
        links.kind = matches.kind
        and links.left_node = matches.left_node
        and links.right_node = matches.right_node
