"""The difference between what is wanted and what a destination is believed to hold, and the fold of its answers.

All in columns: one full outer join on the id, by content hash. Believed ids that were merged into a wanted one are
taken for that one, so that two people becoming one is an update and never a leaver and a newcomer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from muster import sql
from muster.connectors.destination import HASH, ID, MERGED_IDS, OP, RESERVED


@dataclass(frozen=True)
class Counts:
    """Rows to add, update and remove."""

    added: int
    updated: int
    removed: int

    @property
    def total(self) -> int:
        return self.added + self.updated + self.removed


def changes(connection: duckdb.DuckDBPyConnection, wanted: Path, believed: Path | None) -> str:
    """SQL for the changes, not ordered: `_op`, `_id`, `_merged_ids`, the outputs of the wanted mapping, `_hash`.

    `_merged_ids` are the believed ids that this row stands for from now on. A `REMOVE` row has the last known values,
    as far as the mapping still has outputs of those names.
    """
    types = outputs(connection, wanted)
    names = [sql.identifier(name) for name in types]
    if believed is None:
        listed = "".join(f", {name}" for name in names)
        return f"select 'ADD' as {OP}, {ID}, null::varchar[] as {MERGED_IDS}{listed}, {HASH} from {sql.scan(wanted)}"
    last = _last_known(connection, believed, types)
    values = "".join(f", case when w.{ID} is null then b.{name} else w.{name} end as {name}" for name in names)
    return f"""
        with lived_on as (
            select gone, min({ID}) as {ID}
            from (select unnest({MERGED_IDS}) as gone, {ID} from {sql.scan(wanted)} where {MERGED_IDS} is not null)
            where gone not in (select {ID} from {sql.scan(wanted)}) group by gone
        ),
        absorbed as (
            select lived_on.{ID}, list(gone order by gone) as {MERGED_IDS}
            from {sql.scan(believed)} as b inner join lived_on on lived_on.gone = b.{ID} group by lived_on.{ID}
        ),
        same as (
            select {ID}, {last}{HASH} from {sql.scan(believed)} as b
            anti join lived_on on lived_on.gone = b.{ID}
        )
        select
            case
                when w.{ID} is null then 'REMOVE'
                when b.{ID} is null and a.{ID} is null then 'ADD'
                else 'UPDATE'
            end as {OP},
            coalesce(w.{ID}, b.{ID}) as {ID},
            a.{MERGED_IDS}{values},
            coalesce(w.{HASH}, b.{HASH}) as {HASH}
        from {sql.scan(wanted)} as w
        full outer join same as b on b.{ID} = w.{ID}
        left join absorbed as a on a.{ID} = w.{ID}
        where w.{ID} is null or b.{ID} is null or a.{ID} is not null or w.{HASH} <> b.{HASH}
    """


def counts(connection: duckdb.DuckDBPyConnection, query: str) -> Counts:
    found = dict(connection.execute(f"select {OP}, count(*) from ({query}) group by {OP}").fetchall())
    return Counts(int(found.get("ADD", 0)), int(found.get("UPDATE", 0)), int(found.get("REMOVE", 0)))


def fold(connection: duckdb.DuckDBPyConnection, believed: Path | None, sent: Path, refused: Sequence[int]) -> str:
    """SQL for what the destination holds once it has taken `sent`, changes or everyone, but for the rows `refused`.

    `refused` are row numbers in `sent`; `believed` is what it held before, None where `sent` replaces that. Columns
    are those of a wanted file, without `_merged_ids`.
    """
    types = outputs(connection, sent)
    names = "".join(f"{sql.identifier(name)}, " for name in types)
    connection.execute("create or replace temp table refused (row bigint)")
    if refused:
        connection.execute("insert into refused select unnest(?::bigint[])", [list(refused)])
    numbered = f"read_parquet({sql.literal(sent)}, file_row_number = true)"
    taken = f"select * from {numbered} as s anti join refused on refused.row = s.file_row_number"
    kept = f"where {OP} <> 'REMOVE'" if OP in sql.columns(connection, sql.scan(sent)) else ""
    arrived = f"select {ID}, {names}{HASH} from taken {kept}"
    if believed is None:
        return f"with taken as ({taken}) {arrived} order by {ID}"
    return f"""
        with taken as ({taken}),
        touched as (select {ID} from taken union select unnest({MERGED_IDS}) from taken)
        select {ID}, {_last_known(connection, believed, types)}{HASH} from {sql.scan(believed)} as b
        anti join touched on touched.{ID} = b.{ID}
        union all
        {arrived}
        order by {ID}
    """


def outputs(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    """The outputs in a row file, with their types."""
    return {name: kind for name, kind in sql.columns(connection, sql.scan(path)).items() if name not in RESERVED}


def _last_known(connection: duckdb.DuckDBPyConnection, believed: Path, types: dict[str, str]) -> str:
    """Select items for the values in an older row file, in the columns and types of today's mapping."""
    known = {name.lower() for name in outputs(connection, believed)}
    return "".join(
        (
            f"try_cast({sql.identifier(name)} as {kind}) as {sql.identifier(name)}, "
            if name.lower() in known
            else f"null::{kind} as {sql.identifier(name)}, "
        )
        for name, kind in types.items()
    )
