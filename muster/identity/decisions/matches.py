"""People without a common key: pairs of records that are alike, and what is to be done with them.

What exact keys make one is left out, and so is what somebody has decided. Of all pairs between two people the likeliest
stands for them, so that a case is decided once.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from muster.config.matching import PeopleMatching
from muster.identity.graph.components import components
from muster.identity.matching.clusters import clusters
from muster.identity.matching.columns import Column
from muster.identity.matching.meanings import Meaning
from muster.identity.matching.pairs import scored_pairs
from muster.sql import connect

COLUMNS = (
    Column("first_name", "person.name.firstName", Meaning.given_name),
    Column("middle_name", "person.name.middleName", Meaning.middle_name),
    Column("last_name", "person.name.lastName", Meaning.family_name),
    Column("birth_date", "person.birthDate", Meaning.birth_date),
    Column("email", "workEmail.address", Meaning.email),
    Column("work_phone", "workPhone.number", Meaning.phone),
    Column("mobile_phone", "mobilePhone.number", Meaning.phone),
    Column("company_name", "b2b.companyName", Meaning.company_name),
    Column("job_title", "extendedWorkDetails.jobTitle", Meaning.job_title),
    Column("work_street", "workAddress.street1", Meaning.street),
    Column("work_city", "workAddress.city", Meaning.city),
    Column("work_state", "workAddress.state", Meaning.state),
    Column("work_postal_code", "workAddress.postalCode", Meaning.postal_code),
    Column("work_country", "workAddress.country", Meaning.country),
)
SCHEMA = pa.schema(
    [
        ("left_key", pa.string()),
        ("right_key", pa.string()),
        ("probability", pa.float64()),
        ("evidence", pa.string()),
        ("decision", pa.string()),
    ]
)
#: Pairs below this are of no account, not even against a merge of others.
_KEPT = 0.02
#: The weight in bits from which a phone or birth date that agrees is one's own, not a switchboard's.
_OWN = 5.0


def person_matches(records: pa.Table, identities: pa.Table, decisions: pa.Table, rules: PeopleMatching) -> pa.Table:
    """`left_key`, `right_key`, `probability`, `evidence`, `decision` (`merge` or `review`), likeliest first.

    `records`: `source_key`, `source_name` and the columns of `COLUMNS` as text, a row per live record. `identities`:
    `source_key` and `node`, the exact keys that records bear, without those that are no identity. `decisions`:
    `left_key`, `right_key` of what is decided already.

    A pair is merged from `rules.merge` on, unless others of its cluster speak against it. Two more rules, our own:
    something of one's own agrees (a phone or a birth date that few share), for two of one name at two firms have like
    e-mail addresses too; and the records are of two sources, for a source keeps two people apart for a reason, and only
    a person can say that there is none.
    """
    if not rules.on or len(records) < 2:
        return SCHEMA.empty_table()
    with connect() as connection:
        for name, table in (("told", records), ("identities", identities), ("decisions", decisions)):
            connection.register(name, table)
        connection.execute(
            "create temp table records as select row_number() over (order by source_key) - 1 as _row, * from told"
        )
        pairs = scored_pairs(connection, "records", COLUMNS, "person", min(_KEPT, rules.review))
        labels, _ = clusters(len(records), pairs, rules.merge)
        left, right = pairs["left"].to_numpy(), pairs["right"].to_numpy()
        agreed = pairs.append_column("holds", pa.array(labels[left] == labels[right]))
        connection.register("pairs", agreed)
        connection.register("known", _known(connection, len(records)))
        bounds = {"merge": rules.merge, "review": rules.review, "own": _OWN}
        return connection.sql(_CASES, params=bounds).to_arrow_table().cast(SCHEMA)


def _known(connection: duckdb.DuckDBPyConnection, records: int) -> pa.Table:
    """Which records are one by exact keys: `_row`, `person`."""
    ends = connection.sql("""
        with nodes as (select node, row_number() over () - 1 as number from (select distinct node from identities))
        select records._row, nodes.number, (select count(*) from nodes) as nodes
        from identities inner join records using (source_key) inner join nodes using (node)
    """).to_arrow_table()
    nodes = int(ends["nodes"][0].as_py()) if len(ends) else 0
    labels = components(records + nodes, ends["_row"].to_numpy(), records + ends["number"].to_numpy())[:records]
    return pa.table({"_row": np.arange(records), "person": labels})


_CASES = """
with people as (
    select known.person, records._row, records.source_key, records.source_name
    from records inner join known using (_row)
),
settled as (
    select distinct least(l.person, r.person) as one, greatest(l.person, r.person) as other
    from decisions
    inner join people as l on decisions.left_key = l.source_key
    inner join people as r on decisions.right_key = r.source_key
)
select
    least(l.source_key, r.source_key) as left_key,
    greatest(l.source_key, r.source_key) as right_key,
    pairs.probability,
    pairs.evidence,
    case
        when
            pairs.probability >= $merge and pairs.holds and l.source_name is distinct from r.source_name
            and len(
                list_filter(
                    list_zip(
                        json_extract_string(pairs.evidence, '$[*][0]'),
                        json_extract_string(pairs.evidence, '$[*][1]'),
                        json_extract_string(pairs.evidence, '$[*][2]')
                    ),
                    lambda item: item[1] in ('phone', 'birth') and item[2] = 'same' and item[3]::double >= $own
                )
            ) > 0
            then 'merge'
        else 'review'
    end as decision
from pairs
inner join people as l on pairs."left" = l._row
inner join people as r on pairs."right" = r._row
anti join settled on settled.one = least(l.person, r.person) and settled.other = greatest(l.person, r.person)
where pairs.probability >= $review and l.person <> r.person
qualify
    row_number() over (
        partition by least(l.person, r.person), greatest(l.person, r.person)
        order by decision asc, pairs.probability desc, left_key asc, right_key asc
    ) = 1
order by pairs.probability desc, left_key, right_key
"""
