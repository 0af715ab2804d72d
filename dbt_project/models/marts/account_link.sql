with links as (
    select * from {{ ref('int_account_links') }}
),

account_keys as (
    select node, account_id from {{ ref('int_account_by_key') }}
)

select
    {{ surrogate_key('al', ['links.left_node', 'links.right_node', 'links.kind']) }} as account_link_id,
    left_keys.account_id,
    right_keys.account_id as other_account_id,
    links.left_node,
    links.right_node,
    links.kind,
    links.probability,
    links.evidence,
    coalesce(links.refused_because, {{ not_stitched('account', 'links') }}) as refused_because
from links
left join account_keys as left_keys on links.left_node = left_keys.node
left join account_keys as right_keys on links.right_node = right_keys.node
