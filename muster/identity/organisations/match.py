"""Which account a lead belongs to, or none: precision first, and what is doubtful is left to people.

Accounts compete for a lead. The score of the best is the probability that it is the right one among all that are like
it and the chance that the right one is not on the list; two accounts that fit alike share it, and neither is matched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa
from duckdb import DuckDBPyConnection

from muster.identity.matching.columns import Column
from muster.identity.organisations.records import add_values, create_values
from muster.identity.organisations.reference import create_reference
from muster.identity.organisations.similarity import create_pairs, of_organisations
from muster.identity.organisations.weighing import LEADS
from muster.sql import identifier

#: Score from which a lead is linked without a look, and from which a look is worth it (ours: bench/identity).
ACCEPT, REVIEW = 0.95, 0.2

_ACCOUNT_ID = re.compile(
    r"(^|\.)(account_?(id|key|number)|account(key|id)\.\w+|(source|record)_?(key|id)|_?id)$", re.IGNORECASE
)


def is_account_id(path: str) -> bool:
    """Whether an XDM path says which account a row is (accountID, accountKey.sourceKey, …)."""
    return bool(_ACCOUNT_ID.search(path))


def match(
    connection: DuckDBPyConnection,
    leads: str,
    accounts: str,
    columns: Sequence[Column],
    account_columns: Sequence[Column],
    review: float = REVIEW,
    accept: float = ACCEPT,
    account_id: str | None = None,
) -> pa.Table:
    """For every row of `leads` in its order: lead_row, account_row (null for none), score, decision, evidence.

    Both tables have `_row`, dense from 0, and their columns as text; rows of one `account_id` (a column of `accounts`)
    are one account, each a spelling or an address more, and `account_row` is the first of them. `decision` is match
    where the score is at least `accept`, review from `review` on, else none; account_row and evidence of a review tell
    the likeliest account.
    """
    entity = (
        f"min(_row) over (partition by coalesce(nullif(trim({identifier(account_id)}), ''), chr(31) || _row))"
        if account_id
        else "_row"
    )
    connection.execute(f"create or replace temp table org_account as select *, {entity} as _entity from {accounts}")
    create_reference(connection)
    create_values(connection)
    add_values(connection, "l", leads, columns, "_row")
    add_values(connection, "r", "org_account", of_organisations(account_columns), "_entity")
    create_pairs(connection, "l", "r", LEADS)
    connection.execute("create or replace temp table org_best as " + _BEST)
    return connection.sql(
        f"""
        select
            _row as lead_row,
            case when score >= $review then account_row end as account_row,
            round(coalesce(score, 0), 4) as score,
            case when score >= $accept then 'match' when score >= $review then 'review' else 'none' end as decision,
            coalesce({_EVIDENCE}, 'nothing in common with any account') as evidence
        from (select _row from {leads})
        left join (from org_profile where side = 'l') as lead on _row = lead.entity
        left join org_best on lead.profile = org_best.l
        order by _row
        """,
        params={"review": review, "accept": accept},
    ).to_arrow_table()


_BEST = """
    with fits as (
        -- accounts that are alike in everything given share the odds; what is but a question competes with all it has
        select l, r, evidence, accounts, probability, least(nats, 30) as nats, exp(least(total, 30)) as odds
        from org_pair
        inner join (
            select profile as r, count(*) as accounts from org_profile where side = 'r' group by profile
        ) using (r)
    ),

    ranked as (
        select
            l, r, evidence, nats,
            least(odds / (1 + sum(odds * accounts) over (partition by l)), probability) as score,
            row_number() over (partition by l order by nats desc, r) as place,
            lead(r) over (partition by l order by nats desc, r) as runner_up,
            accounts
        from fits
    ),

    called as (
        select entity, min({'cost': cost, 'of': raw}).of as name
        from org_name inner join org_raw using (raw_id)
        where side = 'r' group by entity
    )

    select
        best.l, best.r as account_row, best.score, best.evidence, best.accounts,
        next.score as next_score, called.name as next_name, best.runner_up
    from ranked as best
    left join ranked as next on best.l = next.l and next.place = 2
    left join called on best.runner_up = called.entity
    where best.place = 1
"""

_EVIDENCE = """
    array_to_string(
        list_transform(
            evidence, lambda e: e.kind || ' ' || e.what || case when e.nats < 0 then ' ' else ' +' end || round(e.nats, 1)
        ), '; '
    )
    || case when accounts > 1 then '; ' || accounts || ' accounts are alike' else '' end
    || case
        when next_score >= 0.01
            then '; runner-up ' || coalesce(next_name, 'row ' || (runner_up + 1)) || ' ' || round(next_score, 2)
        else ''
    end
"""  # noqa: E501
