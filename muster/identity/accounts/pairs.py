"""Records of accounts without a common key that may be one, by the engine of `muster.identity.organisations`."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from muster.config.matching import AccountMatching
from muster.identity.matching.columns import Column
from muster.identity.matching.meanings import Meaning
from muster.identity.matching.pairs import scored_pairs

ACCOUNT_COLUMNS = (
    Column("account_name", "accountName", Meaning.company_name),
    Column("website", "accountOrganization.website", Meaning.website),
    Column("domain", "accountOrganization.domain", Meaning.domain),
    Column("duns_number", "accountOrganization.DUNSNumber", Meaning.identifier),
    Column("account_phone", "accountPhone.number", Meaning.phone),
    Column("billing_street", "accountBillingAddress.street1", Meaning.street),
    Column("billing_city", "accountBillingAddress.city", Meaning.city),
    Column("billing_state", "accountBillingAddress.state", Meaning.state),
    Column("billing_postal_code", "accountBillingAddress.postalCode", Meaning.postal_code),
    Column("billing_country", "accountBillingAddress.country", Meaning.country),
)


#: What leaves a pair to people, however probable it is (our decision): "Acme", "Acme Labs" and "Acme Holdings" on one
#: domain are a family, and so are the country units of one name.
_FAMILY = (("name", "part"), ("name", "partly"), ("name", "holding"), ("name", "different"), ("country", "differs"))
#: What has to speak for a pair beside its names, of which a town may have several (our decision).
_BESIDE_NAMES = ("domain", "phone", "identifier", "street", "postal")

_PAIRS = """
create table pairs as
select
    l.source_key as left_key,
    r.source_key as right_key,
    scored.probability,
    scored.evidence,
    case
        when
            scored.probability >= $merge
            and not list_has_any(list_transform(evidence.told, lambda item: [item[1], item[2]]), $family)
            and list_has_any(
                list_transform(
                    list_filter(evidence.told, lambda item: item[3]::double > 0),
                    lambda item: split_part(item[1], ' ', 1)
                ),
                $beside
            )
            then 'merge'
        else 'review'
    end as decision,
    l.source_name = r.source_name as is_of_one_source
from scored
cross join lateral (select from_json(scored.evidence, '[["VARCHAR"]]') as told) as evidence
inner join records as l on scored."left" = l._row
inner join records as r on scored."right" = r._row
"""


def account_pairs(records: pa.Table, rules: AccountMatching) -> pa.Table:
    """Pairs of account records that are one, or may be: left_key, right_key, probability, evidence, decision.

    `records` has source_key, source_name and the columns of `ACCOUNT_COLUMNS` as text. `decision` is `merge` or
    `review`; of two records of one source, which surely knows them, only what would be merged is told. Empty where
    matching is off.
    """
    with duckdb.connect(":memory:") as connection:
        connection.register("told", records)
        connection.execute(
            "create table records as select row_number() over (order by source_key) - 1 as _row, * from told"
        )
        threshold = rules.review if rules.on else 2.0
        connection.register("scored", scored_pairs(connection, "records", ACCOUNT_COLUMNS, "account", threshold))
        connection.execute(
            _PAIRS, {"merge": rules.merge, "family": [list(item) for item in _FAMILY], "beside": list(_BESIDE_NAMES)}
        )
        return connection.sql("""
            select left_key, right_key, probability, evidence, decision
            from pairs
            where decision = 'merge' or not is_of_one_source
            order by left_key, right_key
        """).to_arrow_table()
