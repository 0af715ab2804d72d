"""All evidence that two records are one organisation, added up in nats and told as a probability.

Names give the ground (`likeness`); a fact that both have speaks for them by its rarity, facts of one kind that differ
speak against. A domain that many names share is no evidence of one firm, whatever list it is not on; identifiers of
one register that differ are as good as a veto.

    org_pair(l, r, name_nats, how, total, nats, against, probability, evidence)

`total` is `nats` before a question was made of it; `against`: nats of what differs; `evidence`: list of (kind, what, nats)
"""  # noqa: E501

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pyarrow as pa
from duckdb import DuckDBPyConnection

from muster.identity.matching.columns import Column
from muster.identity.matching.meanings import Meaning
from muster.identity.organisations.candidates import create_candidates
from muster.identity.organisations.likeness import create_likeness
from muster.identity.organisations.names import PRIOR_NAMES, create_forms
from muster.identity.organisations.records import add_values, create_records, create_values
from muster.identity.organisations.reference import create_reference
from muster.identity.organisations.weighing import ACCOUNTS, Weighing, weighed

#: Nats (our decision): names that have nothing in common; less than this is not worth a look.
NAMES_DIFFER = -4.0
OTHER_FAMILY = -1.0  # legal forms of different countries: "Acme GmbH", "Acme Inc."
#: A short word that many may be called by ("Eko", "Coop") merges no two records of which nothing else is known,
#: not even a legal form.
SHORT_WORD, SHORT_AT_MOST = 4, 2.0
#: A name that is but a part of what is written may be the wrong part, however rare its words.
PART_OF_NAME = 4.0
#: An account that is a unit ("Department of Physics, University of Oslo") is not the house that a lead names.
UNIT_OF_HOUSE = 1.5
WORTH_A_LOOK = -6.0


def scored_pairs(
    connection: DuckDBPyConnection,
    table: str,
    columns: Sequence[Column],
    kind: Literal["person", "account"],
    threshold: float,
) -> pa.Table:
    """The pairs of rows of a table that are one account with a probability of at least `threshold`.

    `table` has `_row` (dense from 0) and the columns. Returns left, right (int64, left < right), probability (float64)
    and evidence (a JSON list of
    [what, how it agreed or that it differs, weight in bits]). Rows that are alike in every column are
    chained, each to the first of them.
    """
    create_account_pairs(connection, table, columns)
    scored: pa.Table = connection.sql(
        """
        with pairs as (
            select l as "left", r as "right", probability, evidence from org_pair

            union all

            select profile, org_profile.entity, probability, evidence
            from org_profile
            inner join org_self on profile = org_self.entity
            where org_profile.entity <> profile
        )

        select
            "left", "right", probability,
            to_json(
                list_transform(evidence, lambda e: json_array(e.kind, e.what, round(e.nats / ln(2), 1)))
            )::varchar as evidence
        from pairs
        where probability >= $threshold
        order by all
        """,
        params={"threshold": threshold},
    ).to_arrow_table()
    return scored


def create_account_pairs(connection: DuckDBPyConnection, table: str, columns: Sequence[Column]) -> None:
    """Create org_pair and org_self from the rows of one table."""
    create_reference(connection)
    create_values(connection)
    add_values(connection, "r", table, of_organisations(columns), "_row")
    create_pairs(connection, "r", "r", ACCOUNTS)


def of_organisations(columns: Sequence[Column]) -> list[Column]:
    """The columns as those of an account: one that is plainly called a name is the organisation's."""
    return [
        Column(column.name, column.path, Meaning.company_name) if column.meaning is Meaning.full_name else column
        for column in columns
    ]


def create_pairs(connection: DuckDBPyConnection, left: str, right: str, weighing: Weighing) -> None:
    """Create org_pair (and org_self, each profile against itself) from org_value."""
    create_records(connection)
    create_forms(connection)
    create_candidates(connection, left, right)
    create_likeness(connection)
    connection.execute(_holders(right))
    connection.execute("create or replace temp table org_context as " + _CONTEXTS)
    connection.execute(f"create or replace temp table org_called_by as {_called_by(left == right)}")
    connection.execute("create or replace temp table org_named as " + _named(left, right))
    for table, pairs in (("org_pair", _pairs(left, right)), ("org_self", _SELF)):
        connection.execute(f"create or replace temp table org_compared as {pairs}")
        connection.execute(f"create or replace temp table {table} as {weighed(left, right, weighing)}")
    connection.execute("alter table org_self rename column l to entity")


#: How many firms a name may be of: as many as have it under domains, phones, streets or identifiers of their own.
_CONTEXTS = """
    with contexts as (
        select side, form_id, kind, count(distinct value) as contexts
        from org_name
        inner join org_variant using (raw_id)
        inner join org_fact using (side, entity)
        where org_variant.cost = 0 and (kind in ('domain', 'phone', 'street') or kind like 'identifier %')
        group by side, form_id, kind
    )

    select side, form_id, ln(max(contexts)) as nats from contexts group by side, form_id
"""


def _holders(right: str) -> str:
    """How many records of the right side have each fact, and under how many names."""
    return f"""
        create or replace temp table org_holder as
        with called as (
            select side, entity, min(form_id) as form_id
            from org_name inner join org_variant using (raw_id) where org_variant.cost = 0
            group by side, entity
        )

        select kind, value, count(distinct entity) as holders, count(distinct form_id) as names,
            sum(count(distinct entity)) over (partition by kind) as filled
        from org_fact
        left join called using (side, entity)
        where side = '{right}'
        group by kind, value
    """


def _called_by(contested: bool) -> str:
    """The forms that each record goes by, with what a match by them loses."""
    unit = "" if contested else f"+ case when of_unit and side = 'r' then {UNIT_OF_HOUSE} else 0 end"
    return f"""
        select
            side, entity, form_id,
            min(org_name.cost + org_variant.cost {unit}) as part,
            part {"+ coalesce(any_value(nats), 0) / 2" if contested else ""} as cost,
            max(list_sort(families)) as families
        from org_name
        inner join org_variant using (raw_id)
        left join org_context using (side, form_id)
        group by side, entity, form_id
    """


def _named(left: str, right: str) -> str:
    """The best pair of names of each pair of records that have names alike."""
    one_side = left == right
    ends = (
        "least(a.entity, b.entity) as l, greatest(a.entity, b.entity) as r"
        if one_side
        else "a.entity as l, b.entity as r"
    )
    short = f"when is_short and len(a.families || b.families) = 0 then least(nats, {SHORT_AT_MOST})"
    nats = f"""
        case
            when a.part + b.part > 0 then least(nats, {PART_OF_NAME}) {short if one_side else ""} else nats
        end - a.cost - b.cost
    """
    return f"""
        with sizes as (
            select side, form_id, count(*) as entities, any_value(length(compact)) <= {SHORT_WORD} as is_short
            from org_called_by inner join org_form using (form_id)
            group by side, form_id
        ),

        pairs as (
            select org_like.*, x.is_short and y.is_short as is_short
            from org_like
            inner join sizes as x on l = x.form_id and x.side = '{left}'
            inner join sizes as y on r = y.form_id and y.side = '{right}'
            where nats > {WORTH_A_LOOK} and x.entities * y.entities < 250000
        )

        select l, r, best.nats as name_nats, best.how, best.family as family_nats, best.form_l as left_form, best.form_r as right_form
        from (
            select
                {ends},
                -- the whole of it decides, so that ties fall alike in every run
                max({{
                    'nats': {nats},
                    'family': case
                        when a.families = [] or b.families = [] or list_has_any(a.families, b.families) then 0
                        else {OTHER_FAMILY}
                    end,
                    'how': how, 'form_l': pairs.l, 'form_r': pairs.r
                }}) as best
        from pairs
        inner join org_called_by as a on pairs.l = a.form_id and a.side = '{left}'
        inner join org_called_by as b on pairs.r = b.form_id and b.side = '{right}'
        {"where a.entity <> b.entity" if one_side else ""}
        group by 1, 2
        )
        where best.nats > {WORTH_A_LOOK}
    """  # noqa: E501


def _pairs(left: str, right: str) -> str:
    return f"""
        with sizes as (select ln(count(*) + {PRIOR_NAMES}) as prior from org_form),

        -- names in scripts that cannot be compared are as if not known
        scripts as (
            select
                side, entity, list(distinct regexp_matches(compact, '[a-z]')) as scripts,
                min({{'cost': org_variant.cost, 'of': compact}}).of as compact,
                min({{'cost': org_variant.cost, 'of': tokens}}).of as tokens,
                min({{'cost': org_variant.cost, 'of': array_to_string(list_transform(tokens, lambda t: t[1]), '')}}).of as initials
            from org_name inner join org_variant using (raw_id) inner join org_form using (form_id)
            group by side, entity
        )

        select
            l, r,
            -- slips in every word, or cut short: too unclear to speak against
            coalesce(not list_has_any(a.tokens, b.tokens), false) and coalesce(
                jaro_winkler_similarity(a.compact, b.compact) > 0.85
                or jaro_similarity(a.compact, b.compact) > 0.75 and least(length(a.compact), length(b.compact)) > 7
                or starts_with(a.compact, b.compact) or starts_with(b.compact, a.compact)
                or a.initials = b.compact or b.initials = a.compact,
                false
            ) as is_unclear,
            coalesce(list_has_any(a.scripts, b.scripts), false) and not is_unclear as has_names,
            coalesce(name_nats, -prior + case when has_names then {NAMES_DIFFER} else 0 end) as name_nats,
            case
                when how is not null then how when has_names then 'different' when is_unclear then 'unclear' else 'unknown'
            end as how,
            coalesce(family_nats, 0) as family_nats,
            prior, left_form, right_form
        from (
            select l, r from org_named union select l, r from org_fact_pair
        )
        cross join sizes
        left join org_named using (l, r)
        left join scripts as a on l = a.entity and a.side = '{left}'
        left join scripts as b on r = b.entity and b.side = '{right}'
    """  # noqa: E501


_SELF = f"""
    select
        entity as l, entity as r,
        max(case when length(compact) <= {SHORT_WORD} and families = [] then least(nats, {SHORT_AT_MOST}) else nats end)
        - min(org_variant.cost) as name_nats, 'same' as how, 0 as family_nats,
        (select ln(count(*) + {PRIOR_NAMES}) from org_form) as prior,
        any_value(form_id) as left_form, any_value(form_id) as right_form
    from (select profile as entity from org_profile group by profile having count(*) > 1)
    inner join org_name using (entity)
    inner join org_variant using (raw_id)
    inner join org_form using (form_id)
    inner join org_like on form_id = org_like.l and form_id = org_like.r
    where org_variant.cost = 0
    group by entity
"""
