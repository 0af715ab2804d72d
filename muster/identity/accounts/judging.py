"""Which candidate links between account records hold, and why the others do not.

Links that people or sources vouch for are strong: they hold unless a decision stands against them. Those that matching
found are weak: they must leave apart what one source keeps apart, parent and child, and records of different D-U-N-S
numbers or countries, even where these meet only by way of a third. So what hangs together by all links is looked at as
a whole: where nothing in it objects, every link holds; where something does, its links are replayed, the surest first.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from muster.identity.accounts.replay import Link, Record, replayed
from muster.identity.graph.components import components

#: Kinds of links, the strongest first. A person or a source says the first three; only the last is weak.
KINDS = ("decision", "merge", "external key", "identifier", "match")
SAID = KINDS.index("identifier")
WEAK = KINDS.index("match")

_NODES = """
create table nodes as
select row_number() over (order by bool_or(is_record) desc, min(born_at) asc nulls last, node) - 1 as number, node
from (
    select node, true as is_record, born_at from records
    union all
    select unnest([left_node, right_node]), false, null from candidates
    union all
    select unnest([left_node, right_node]), false, null from apart
)
group by node
"""

_LINKS = f"""
create table links as
select
    candidates.position,
    least(l.number, r.number) as left_number,
    greatest(l.number, r.number) as right_number,
    list_position({list(KINDS)!r}, candidates.kind) - 1 as strength,
    candidates.probability
from candidates
inner join nodes as l on candidates.left_node = l.node
inner join nodes as r on candidates.right_node = r.node
where candidates.refused_because is null
"""

# Whether anything in a component objects to its links: too often rather than too seldom, for the replay looks closer.
_CONTESTED = f"""
create table contested as
with placed as (
    select labels.component, labels.core, records.*
    from labels
    inner join nodes using (number)
    inner join records using (node)
),
weak as (
    select distinct component from links inner join labels on links.left_number = labels.number where strength = {WEAK}
)
select component
from placed
semi join weak using (component)
group by component
having count(distinct identifier) > 1 or count(distinct country) > 1
union
select component
from (select distinct component, core, source_name from placed semi join weak using (component))
group by component, source_name
having count(*) > 1
union
select l.component
from apart
inner join nodes as ln on apart.left_node = ln.node
inner join nodes as rn on apart.right_node = rn.node
inner join labels as l on ln.number = l.number
inner join labels as r on rn.number = r.number
where l.component = r.component
"""


def judged(candidates: pa.Table, records: pa.Table, apart: pa.Table) -> pa.Table:
    """The candidates, in their order, with `refused_because` filled where a link does not hold.

    `candidates`: left_node, right_node, kind (one of `KINDS`), probability, refused_because (filled where a rule
    refused it before). `records`, the live ones: node, source_name, identifier, country, born_at. `apart`: left_node,
    right_node, is_decided: pairs that may not become one account, by decision, or else as parent and child, which
    only what a source or a person says can override.
    """
    numbered = candidates.append_column("position", pa.array(range(candidates.num_rows), pa.int64()))
    with duckdb.connect(":memory:") as connection:
        for name, table in (("candidates", numbered), ("records", records), ("apart", apart)):
            connection.register(name, table)
        connection.execute(_NODES)
        connection.execute(_LINKS)
        connection.register("labels", _labels(connection))
        connection.execute(_CONTESTED)
        reasons = replayed(_contested_links(connection), _contested_records(connection), _contested_pairs(connection))
        told = pa.table({
            "position": pa.array([link.position for link, _ in reasons], pa.int64()),
            "reason": pa.array([reason for _, reason in reasons], pa.string()),
        })  # fmt: skip
        connection.register("told", told)
        return connection.sql("""
            select candidates.* exclude (position) replace (coalesce(refused_because, reason) as refused_because)
            from candidates left join told using (position) order by position
        """).to_arrow_table()


def _labels(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """What each node hangs together with: `component` by all links, `core` by the strong ones."""
    ((count,),) = connection.execute("select count(*) from nodes").fetchall()
    ends = connection.execute("select left_number, right_number, strength from links").fetchnumpy()
    left, right, strong = ends["left_number"], ends["right_number"], ends["strength"] < WEAK
    every = components(count, left, right)
    cores = components(count, left[strong], right[strong])
    return pa.table({"number": pa.array(range(count), pa.int64()), "component": every, "core": cores})


def _contested_links(connection: duckdb.DuckDBPyConnection) -> list[Link]:
    rows = connection.execute("""
        select position, left_number, right_number, strength, probability
        from links inner join labels on links.left_number = labels.number semi join contested using (component)
        order by strength, probability desc, left_number, right_number, position
    """)
    return [
        Link(position, left, right, strength < SAID, strength == WEAK, probability)
        for position, left, right, strength, probability in rows.fetchall()
    ]


def _contested_records(connection: duckdb.DuckDBPyConnection) -> dict[int, Record]:
    rows = connection.execute("""
        select number, source_name, identifier, country
        from records
        inner join nodes using (node)
        inner join labels using (number)
        semi join contested using (component)
    """)
    return {row[0]: Record(*row[1:]) for row in rows.fetchall()}


def _contested_pairs(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, int, bool]]:
    return connection.execute("""
        select l.number, r.number, bool_or(is_decided)
        from apart
        inner join nodes as l on apart.left_node = l.node
        inner join nodes as r on apart.right_node = r.node
        inner join labels on l.number = labels.number semi join contested using (component)
        group by l.number, r.number
    """).fetchall()
