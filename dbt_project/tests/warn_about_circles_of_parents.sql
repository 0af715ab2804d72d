{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'account'}}}) }}
-- Accounts whose parents lead back to them; the hierarchy is cut above the oldest, and the sources need mending.
select
    account_id,
    account_key,
    parent_account_key
from {{ ref('account') }}
where is_in_parent_cycle
