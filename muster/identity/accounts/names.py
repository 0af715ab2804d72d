"""Names and domains of accounts in the form in which two of them can be the same."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from muster.identity.organisations.domains import host, registrable
from muster.identity.organisations.names import create_forms
from muster.identity.organisations.reference import create_reference

_HOSTS = f"""
create temp table hosts as
select account_id, account_name, {host("coalesce(domain, website)")} as host from told
"""

_SAID = f"""
select
    hosts.account_id,
    any_value(nullif(org_form.compact, '')) as name,
    any_value(case when domain not in (from organisation_mail_domain) then domain end) as domain
from (select *, {registrable("host")} as domain from hosts) as hosts
left join org_raw on hosts.account_name = org_raw.raw
left join org_variant on org_raw.raw_id = org_variant.raw_id and org_variant.cost = 0
left join org_form on org_variant.form_id = org_form.form_id
group by hosts.account_id
order by hosts.account_id
"""


def comparable_names(accounts: pa.Table) -> pa.Table:
    """account_id, name, domain: names without legal form, accents and spaces; registrable domains.

    `accounts` has account_id, account_name, domain, website. Null where there is none, and for the domains of portals
    and of free mail, which say nothing of an organisation.
    """
    with duckdb.connect(":memory:") as connection:
        connection.register("told", accounts)
        create_reference(connection)
        connection.execute("""
            create temp table org_raw as
            select row_number() over (order by raw) - 1 as raw_id, raw
            from (select distinct account_name as raw from told where account_name is not null)
        """)
        create_forms(connection)
        connection.execute(_HOSTS)
        return connection.sql(_SAID).to_arrow_table()
