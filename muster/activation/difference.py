"""The difference between what is wanted and what a destination is believed to hold.

All in columns: one full outer join on the id, by content hash. Believed ids that were merged into a wanted one are
taken for that one, so that two people becoming one is an update and never a leaver and a newcomer. What was there
before us is never taken away, and what was refused is not sent again until it changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from muster import sql
from muster.connectors.destination import FOREIGN, HASH, ID, MERGED_IDS, MERGED_REMOTES, OP, REMOTE, RESERVED

#: Leavers first, for one of them may have said no; then newcomers, then changes.
ORDER = f"case {OP} when 'REMOVE' then 0 when 'ADD' then 1 else 2 end, {ID}"


@dataclass(frozen=True)
class Counts:
    """Rows to add, update and remove."""

    added: int
    updated: int
    removed: int

    @property
    def total(self) -> int:
        return self.added + self.updated + self.removed


def changes(
    connection: duckdb.DuckDBPyConnection, wanted: Path, believed: Path | None, refused: Path | None = None
) -> str:
    """SQL for the changes, not ordered: `_op`, `_id`, `_merged_ids`, `_remote`, `_merged_remotes`, `_foreign`, the
    outputs of the wanted mapping, `_hash`.

    `_merged_ids` are the believed ids that this row stands for from now on. A `REMOVE` row has the last known values,
    as far as the mapping still has outputs of those names.
    """
    difference = _difference(connection, wanted, believed)
    if refused is None:
        return difference
    return f"""
        select * from ({difference}) as change
        anti join {sql.scan(refused)} as refused
            on refused.{ID} = change.{ID} and refused.{HASH} is not distinct from change.{HASH}
            and (refused.{OP} = 'REMOVE') = (change.{OP} = 'REMOVE')
    """


def _difference(connection: duckdb.DuckDBPyConnection, wanted: Path, believed: Path | None) -> str:
    types = outputs(connection, wanted)
    names = [sql.identifier(name) for name in types]
    if believed is None:
        listed = "".join(f", {name}" for name in names)
        return f"""
            select 'ADD' as {OP}, {ID}, null::varchar[] as {MERGED_IDS}, null::varchar as {REMOTE},
                null::varchar[] as {MERGED_REMOTES}, false as {FOREIGN}{listed}, {HASH}
            from {sql.scan(wanted)}
        """
    last = last_known(connection, believed, types)
    values = "".join(f", case when w.{ID} is null then b.{name} else w.{name} end as {name}" for name in names)
    return f"""
        with believed as (
            select {ID}, {last}{HASH}, {remembered(connection, believed)} from {sql.scan(believed)} as b
        ),
        lived_on as (
            select gone, min({ID}) as {ID}
            from (select unnest({MERGED_IDS}) as gone, {ID} from {sql.scan(wanted)} where {MERGED_IDS} is not null)
            where gone not in (select {ID} from {sql.scan(wanted)}) group by gone
        ),
        absorbed as (
            select
                lived_on.{ID}, list(gone order by gone) as {MERGED_IDS},
                list({REMOTE} order by gone) filter (where {REMOTE} is not null and not {FOREIGN}) as {MERGED_REMOTES}
            from believed inner join lived_on on lived_on.gone = believed.{ID} group by lived_on.{ID}
        ),
        same as (select b.* from believed as b anti join lived_on on lived_on.gone = b.{ID})
        select
            case
                when w.{ID} is null then 'REMOVE'
                when b.{ID} is null and a.{ID} is null then 'ADD'
                else 'UPDATE'
            end as {OP},
            coalesce(w.{ID}, b.{ID}) as {ID},
            a.{MERGED_IDS}, b.{REMOTE}, a.{MERGED_REMOTES}, coalesce(b.{FOREIGN}, false) as {FOREIGN}{values},
            coalesce(w.{HASH}, b.{HASH}) as {HASH}
        from {sql.scan(wanted)} as w
        full outer join same as b on b.{ID} = w.{ID}
        left join absorbed as a on a.{ID} = w.{ID}
        where
            (w.{ID} is null or b.{ID} is null or a.{ID} is not null or w.{HASH} is distinct from b.{HASH})
            and not (w.{ID} is null and b.{FOREIGN})
    """


def counts(connection: duckdb.DuckDBPyConnection, query: str) -> Counts:
    found = dict(connection.execute(f"select {OP}, count(*) from ({query}) group by {OP}").fetchall())
    return Counts(int(found.get("ADD", 0)), int(found.get("UPDATE", 0)), int(found.get("REMOVE", 0)))


def outputs(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    """The outputs in a row file, with their types."""
    return {name: kind for name, kind in sql.columns(connection, sql.scan(path)).items() if name not in RESERVED}


def last_known(connection: duckdb.DuckDBPyConnection, believed: Path, types: dict[str, str]) -> str:
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


def remembered(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    """Select items for `_remote` and `_foreign` of a row file, which not every one has."""
    known = sql.columns(connection, sql.scan(path))
    remote = REMOTE if REMOTE in known else f"null::varchar as {REMOTE}"
    return f"{remote}, {FOREIGN if FOREIGN in known else f'false as {FOREIGN}'}"
