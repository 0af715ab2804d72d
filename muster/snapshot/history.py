"""What became of ids from one snapshot to the next: merges and splits, with time and cause.

A merge is an id that lives on in another; a split is a record that left an id for another one. Both are appended to
`identity_history.parquet`, which every snapshot carries whole: it is never pruned. New ids and ids whose last record
went are counted only.

The cause is the newest thing that can have done it: a decision, a link that was not there before, a link that is
refused now, or one that is gone. It is null where nothing of the kind is found, as after a change of the rules.
"""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb

from muster.snapshot.read import Snapshot
from muster.sql import columns, literal, scan

TABLE = "identity_history"
#: How the nodes of records begin; all others are values that records bear.
RECORDS = {"person": "b2b_person:", "account": "b2b_account:"}
#: The warehouse's models of links, and the marts that carry them in a snapshot.
LINKS = {"person": "int_person_identity_links", "account": "int_account_links"}
LINK_MARTS = {"person": "person_link", "account": "account_link"}

_COLUMNS = {
    "kind": "varchar",
    "event": "varchar",
    "id": "varchar",
    "other_id": "varchar",
    "happened_at": "timestamp",
    "version": "varchar",
    "cause": "varchar",
}
_LINK_COLUMNS = {
    "left_node": "varchar",
    "right_node": "varchar",
    "kind": "varchar",
    "last_seen_at": "timestamp",
    "refused_because": "varchar",
}
_DECISION_COLUMNS = {
    "kind": "varchar",
    "left_key": "varchar",
    "right_key": "varchar",
    "decision": "varchar",
    "decided_by": "varchar",
    "decided_at": "timestamp",
    "note": "varchar",
}


def begin_history(connection: duckdb.DuckDBPyConnection, before: Snapshot | None) -> None:
    """Make the table `identity_history` in `connection`, with all that the last snapshot tells."""
    listed = ", ".join(f"{name} {type_}" for name, type_ in _COLUMNS.items())
    connection.execute(f"create table {TABLE} ({listed})")
    if before is not None and before.parquet(TABLE).exists():
        connection.execute(f"insert into {TABLE} by name select * from {scan(before.parquet(TABLE))}")


def add_changes(
    connection: duckdb.DuckDBPyConnection, entity: str, before: Snapshot | None, version: str, now: datetime
) -> dict[str, int]:
    """Add what became of the ids of `person` or `account`; returns how many of each kind of change there were.

    `connection` has the warehouse attached, the next register as `register_<entity>`, and the table of
    `begin_history`.
    """
    _compare(connection, entity, before)
    _links(connection, entity, before)
    _decisions(connection, entity)
    happened = literal(now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"))
    connection.execute(f"""
        insert into {TABLE}
        select '{entity}', event, id, other_id, timestamp {happened}, {literal(version)},
            case event when 'merge' then merge_cause else split_cause end
        from changed
        left join ({_MERGE_CAUSES}) using (event, id, other_id)
        left join ({_SPLIT_CAUSES}) using (event, id, other_id)
        order by event, id, other_id
    """)
    return _counted(connection)


def _compare(connection: duckdb.DuckDBPyConnection, entity: str, before: Snapshot | None) -> None:
    """`was` and `now_is`: the id of each node; `changed`: merges and splits."""
    register = scan(before.register(entity)) if before else f"(select * from register_{entity} where false)"
    present = "coalesce(is_present, true)" if "is_present" in columns(connection, register) else "true"
    connection.execute(f"""
        create or replace temp table was as
        select node, id, {present} as is_present from {register} where merged_into is null;

        create or replace temp table now_is as
        select node, id, is_present from register_{entity} where merged_into is null;

        create or replace temp table changed as
        with merges as (
            select distinct 'merge' as event, id, merged_into as other_id from register_{entity}
            where merged_into is not null and id in (select id from was)
        )
        select * from merges
        union all
        select distinct 'split', was.id, now_is.id
        from was inner join now_is using (node)
        anti join merges on merges.id = was.id and merges.other_id = now_is.id
        where was.is_present and now_is.is_present and was.id <> now_is.id
            and starts_with(node, '{RECORDS[entity]}')
    """)


def _links(connection: duckdb.DuckDBPyConnection, entity: str, before: Snapshot | None) -> None:
    """`links`: those of this build, each with the ids of its ends before and now; `dropped`: those that are gone."""
    fresh = _model(connection, LINKS[entity], _LINK_COLUMNS)
    old = before.parquet(LINK_MARTS[entity]) if before else None
    earlier = scan(old) if old and old.exists() else f"(select * from {fresh} where false)"
    connection.execute(f"create or replace temp table links as {_with_ids(_link_rows(connection, fresh))}")
    connection.execute(f"""
        create or replace temp table dropped as
        select * from ({_with_ids(_link_rows(connection, earlier))}) as earlier
        anti join links using (left_node, right_node, kind)
        where refused_because is null
    """)


def _link_rows(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    """The columns that tell of causes; those that a relation does not have are null."""
    has = columns(connection, relation)
    told = ", ".join(
        f"cast({name if name in has else 'null'} as {type_}) as {name}" for name, type_ in _LINK_COLUMNS.items()
    )
    return f"select {told} from {relation}"


def _with_ids(links: str) -> str:
    return f"""
        select links.*,
            left_was.id as left_was, right_was.id as right_was, left_is.id as left_is, right_is.id as right_is
        from ({links}) as links
        left join was as left_was on left_was.node = left_node
        left join was as right_was on right_was.node = right_node
        left join now_is as left_is on left_is.node = left_node
        left join now_is as right_is on right_is.node = right_node
        where links.kind is not null
            and (left_was.id is distinct from right_was.id or left_is.id is distinct from right_is.id)
    """


def _decisions(connection: duckdb.DuckDBPyConnection, entity: str) -> None:
    """`decided`: the decisions of people, with the ids of both records before and now."""
    node = f"'{RECORDS[entity]}' ||"
    rows = _model(connection, "int_identity_decisions", _DECISION_COLUMNS)
    connection.execute(f"""
        create or replace temp table decided as
        select decision, decided_at,
            'decision' || coalesce(' by ' || nullif(decided_by, ''), '')
                || coalesce(': ' || nullif(note, ''), '') as told,
            left_was.id as left_was, right_was.id as right_was, left_is.id as left_is, right_is.id as right_is
        from {rows} as decisions
        left join was as left_was on left_was.node = {node} left_key
        left join was as right_was on right_was.node = {node} right_key
        left join now_is as left_is on left_is.node = {node} left_key
        left join now_is as right_is on right_is.node = {node} right_key
        where kind = '{entity}'
    """)


def _model(connection: duckdb.DuckDBPyConnection, name: str, expected: dict[str, str]) -> str:
    """A model of the warehouse, or an empty relation of its columns where it was not built."""
    listed = "select 1 from duckdb_tables() where database_name = 'warehouse' and schema_name = 'intermediate'"
    if connection.execute(f"{listed} and table_name = '{name}'").fetchall():
        return f"warehouse.intermediate.{name}"
    return "(select " + ", ".join(f"null::{type_} as {column}" for column, type_ in expected.items()) + " where false)"


#: A link or decision that ties what was the merged id to what was not. Of several the newest.
_MERGE_CAUSES = """
    select event, id, other_id, arg_max(told, (rank, seen_at)) as merge_cause
    from (
        select event, id, other_id, told, 2 as rank, coalesce(decided_at, timestamp '1970-01-01') as seen_at
        from changed
        inner join decided on decision = 'same' and left_is = other_id and right_is = other_id
            and (left_was = id) <> coalesce(right_was = id, false)
        union all
        select event, id, other_id, kind, 1, coalesce(last_seen_at, timestamp '1970-01-01')
        from changed
        inner join links on refused_because is null and left_is = other_id and right_is = other_id
            and coalesce(left_was = id, false) <> coalesce(right_was = id, false)
    )
    where event = 'merge'
    group by event, id, other_id
"""

#: What keeps the part that left from the rest: a decision, else a link that is refused now, else one that is gone.
_SPLIT_CAUSES = """
    select event, id, other_id, arg_max(told, (rank, seen_at)) as split_cause
    from (
        select event, id, other_id, told, 3 as rank, coalesce(decided_at, timestamp '1970-01-01') as seen_at
        from changed
        inner join decided on decision = 'different' and left_was = id and right_was = id
            and (left_is = other_id) <> (right_is = other_id)
        union all
        select event, id, other_id, kind || ' refused: ' || refused_because, 2,
            coalesce(last_seen_at, timestamp '1970-01-01')
        from changed
        inner join links on refused_because is not null
            and coalesce(left_is = other_id, false) <> coalesce(right_is = other_id, false)
            and id in (left_is, right_is, left_was, right_was)
        union all
        select event, id, other_id, kind || ' gone', 1, coalesce(last_seen_at, timestamp '1970-01-01')
        from changed
        inner join dropped on left_was = id and right_was = id
            and coalesce(left_is = other_id, false) <> coalesce(right_is = other_id, false)
    )
    where event = 'split'
    group by event, id, other_id
"""


def _counted(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many ids are new, came back, are gone, were merged, were split."""
    row = connection.execute("""
        select
            count(*) filter (where is_here and not was_known) as new,
            count(*) filter (where is_here and was_known and not was_here) as back,
            count(*) filter (where was_here and not is_here and not is_merged) as gone,
            count(*) filter (where is_merged) as merged,
            (select count(*) from changed where event = 'split') as split
        from (
            select id, bool_or(is_here) as is_here, bool_or(was_known) as was_known, bool_or(was_here) as was_here,
                id in (select id from changed where event = 'merge') as is_merged
            from (
                select id, is_present as is_here, false as was_known, false as was_here from now_is
                union all
                select id, false, true, is_present from was
            ) as either
            group by id
        ) as ids
    """).fetchall()[0]
    return dict(zip(("new", "back", "gone", "merged", "split"), map(int, row), strict=True))
