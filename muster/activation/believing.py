"""What a destination holds once a delivery is through, and what it would not take: the fold of its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from muster import sql
from muster.activation.difference import last_known, outputs, remembered
from muster.connectors.destination import FOREIGN, HASH, ID, MERGED_IDS, OP, REMOTE, ROW, Acknowledgement

RESULTS = pa.schema([(ROW, pa.int64()), (REMOTE, pa.string()), (FOREIGN, pa.bool_())])
REFUSED = pa.schema([(ROW, pa.int64()), ("reason", pa.string())])


@dataclass(frozen=True)
class Answers:
    """All that a destination said of the rows of one delivery, by their place in its file.

    `refused` gives the reason of each row that it will never take, `later` are rows that it did not take this time, and
    `results` are files of `RESULTS`.
    """

    refused: dict[int, str] = field(default_factory=dict)
    later: Sequence[int] = ()
    results: Sequence[Path] = ()


def results(told: Acknowledgement, foreign: frozenset[int]) -> pa.Table:
    """What is worth remembering of a batch."""
    numbers = sorted({*told.remotes, *foreign})
    return pa.table(
        [
            pa.array(numbers, pa.int64()),
            pa.array([told.remotes.get(row) for row in numbers], pa.string()),
            pa.array([row in foreign for row in numbers], pa.bool_()),
        ],
        schema=RESULTS,
    )


def fold(connection: duckdb.DuckDBPyConnection, believed: Path | None, sent: Path, answers: Answers) -> str:
    """SQL for what the destination holds once it has answered `sent`, changes or everyone, in the order of ids.

    `believed` is what it held before, None where `sent` replaces that. Columns are those of a wanted file without
    `_merged_ids`, and `_remote` and `_foreign`.
    """
    types = outputs(connection, sent)
    names = "".join(f"{sql.identifier(name)}, " for name in types)
    _load(connection, answers)
    taken = _taken(connection, sent)
    kept = f"where {OP} <> 'REMOVE'" if OP in sql.columns(connection, sql.scan(sent)) else ""
    arrived = f"select {ID}, {names}{HASH}, {REMOTE}, {FOREIGN} from taken {kept}"
    if believed is None:
        return f"with taken as ({taken}) {arrived} order by {ID}"
    return f"""
        with taken as ({taken}),
        touched as (select {ID} from taken union select unnest({MERGED_IDS}) from taken)
        select {ID}, {last_known(connection, believed, types)}{HASH}, {remembered(connection, believed)}
        from {sql.scan(believed)} as b anti join touched on touched.{ID} = b.{ID}
        union all
        {arrived}
        order by {ID}
    """


def still_refused(
    connection: duckdb.DuckDBPyConnection, before: Path | None, sent: Path, answers: Answers
) -> str | None:
    """SQL for all rows that the destination will not take, each by id, operation and content; None where there is none.

    A refusal lasts until the row is sent again, in another form or because somebody asked for it.
    """
    _load(connection, answers)
    changed = OP in sql.columns(connection, sql.scan(sent))
    operation = f"s.{OP}" if changed else "'ADD'"
    fresh = f"""
        select s.{ID}, {operation} as {OP}, s.{HASH}, not_taken.reason
        from {_numbered(sent)} as s inner join not_taken on not_taken.{ROW} = s.file_row_number
        where not_taken.reason is not null
    """
    touched = f"select {ID} from {sql.scan(sent)}"
    kept = f"union all select b.* from {sql.scan(before)} as b where b.{ID} not in ({touched})" if before else ""
    query = f"{fresh} {kept}"
    return query if sql.count(connection, f"({query})") else None


def _load(connection: duckdb.DuckDBPyConnection, answers: Answers) -> None:
    """Make the tables `not_taken` and `told` of a connection."""
    rows = [*answers.refused, *answers.later]
    reasons = [*answers.refused.values(), *(None for _ in answers.later)]
    connection.register("rows_not_taken", pa.table([pa.array(rows, pa.int64()), pa.array(reasons)], schema=REFUSED))
    connection.execute("create or replace temp table not_taken as from rows_not_taken")
    connection.unregister("rows_not_taken")
    listed = ", ".join(sql.literal(path) for path in answers.results)
    empty = f"select null::bigint as {ROW}, null::varchar as {REMOTE}, false as {FOREIGN} where false"
    source = f"select * from read_parquet([{listed}])" if answers.results else empty
    connection.execute(f"create or replace temp table told as {source}")


def _taken(connection: duckdb.DuckDBPyConnection, sent: Path) -> str:
    """The rows that arrived, with what is known of them from before and from the answer."""
    names = sql.columns(connection, sql.scan(sent))
    rest = ", ".join(f"s.{sql.identifier(name)}" for name in names if name not in (REMOTE, FOREIGN))
    remote = f"coalesce(told.{REMOTE}, s.{REMOTE})" if REMOTE in names else f"told.{REMOTE}"
    foreign = f"coalesce(s.{FOREIGN}, false) or " if FOREIGN in names else ""
    return f"""
        select {rest}, {remote} as {REMOTE}, {foreign}coalesce(told.{FOREIGN}, false) as {FOREIGN}
        from {_numbered(sent)} as s
        anti join not_taken on not_taken.{ROW} = s.file_row_number
        left join told on told.{ROW} = s.file_row_number
    """


def _numbered(path: Path) -> str:
    return f"read_parquet({sql.literal(path)}, file_row_number = true)"
