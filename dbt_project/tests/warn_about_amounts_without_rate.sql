-- amounts that no aggregate can take, for sources.yml has no exchange rate for their currency
{{ config(severity='warn') }}

select 'opportunity' as mart, amount_currency as currency, count(*) as amounts
from {{ ref('opportunity') }}
where amount is not null and amount_converted is null
group by amount_currency

union all

select 'account' as mart, annual_revenue_currency as currency, count(*) as amounts
from {{ ref('account') }}
where annual_revenue is not null and annual_revenue_converted is null
group by annual_revenue_currency
