"""Deletions by absence: when all records of a scope have been given, those that the lake has besides are gone."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from muster import sql
from muster.connectors.sync.held import scan
from muster.lake.loads import Load

#: The newest states, in one of the scopes and no deletions, of ids that were ever in one of them and not given now.
_GONE = """
    with missing as (
        select distinct _row_id from {held} as held {held_in_scope} anti join given using (_row_id)
    ),
    newest as (
        select _row_id, arg_max(state, (_load, _line)) as state
        from (select _row_id, _load, _line, {{'_deleted': _deleted, {state}}} as state from {held})
        semi join missing using (_row_id)
        group by _row_id
    )
    select newest._row_id, {keys} from newest {newest_in_scope} where not newest.state._deleted order by newest._row_id
"""
#: So many ids are gathered for one file.
_IDS = 100_000
NOTHING = pa.table({"_row_id": pa.array([], pa.string())})


class Given:
    """The ids that this read has given and that are not in a load of it, in Parquet `files`.

    Files, so that memory stays flat: a listing read again is nearly all repeats.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._files: list[Path] = []
        self._ids = NOTHING

    def add(self, ids: pa.Table) -> None:
        self._ids = pa.concat_tables([self._ids, ids])
        if self._ids.num_rows >= _IDS:
            self._keep()

    @property
    def files(self) -> list[Path]:
        self._keep()
        return self._files

    def _keep(self) -> None:
        if self._ids.num_rows:
            self._scratch.mkdir(parents=True, exist_ok=True)
            self._files.append(self._scratch / f"{len(self._files)}.parquet")
            pq.write_table(self._ids, self._files[-1])
            self._ids = NOTHING

    def __enter__(self) -> Given:
        shutil.rmtree(self._scratch, ignore_errors=True)  # a killed read's
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)


def gone(
    held: Iterable[Load],
    given: Iterable[Path],
    fresh: pa.Table,
    scopes: Sequence[Mapping[str, str]],
    keys: Sequence[str],
) -> pa.Table:
    """`_row_id` and key columns of the records of some scopes that `held` has and that were not given.

    `given` are Parquet files that hold the ids of this read, `fresh` are further rows of it; scopes and keys are in
    the lake's columns.
    """
    nothing = pa.table({name: pa.array([], pa.string()) for name in ("_row_id", *keys)})
    paths = [each.path for each in held if each.loaded]
    if not paths:
        return nothing
    with sql.connect() as connection:
        connection.register("fresh", fresh.select(["_row_id"]))
        earlier = [*given]
        before = f" union all select _row_id from {scan(earlier)}" if earlier else ""
        connection.execute(f"create or replace temp view given as select _row_id from fresh{before}")
        found = [
            _gone_of(connection, scan(paths), columns, [each for each in scopes if each.keys() == columns], keys)
            for columns in {frozenset(scope) for scope in scopes}
        ]
    return pa.concat_tables([nothing, *found], promote_options="default").group_by(nothing.column_names).aggregate([])


def _gone_of(
    connection: duckdb.DuckDBPyConnection,
    held: str,
    columns: frozenset[str],
    scopes: Sequence[Mapping[str, str]],
    keys: Sequence[str],
) -> pa.Table:
    """The same for scopes of the same columns."""
    names = sql.columns(connection, held)
    if not names.keys() >= columns:
        return pa.table({})  # the lake has no record with such a column, so none of these scopes
    if columns:
        connection.register("scopes", pa.table({name: [each[name] for each in scopes] for name in sorted(columns)}))
    query = _GONE.format(
        held=held,
        state=", ".join(f"{sql.literal(name)}: {sql.identifier(name)}" for name in {*keys, *columns} & names.keys()),
        keys=", ".join(f"newest.state.{sql.identifier(name)}" for name in keys if name in names),
        held_in_scope=_in_scope("held", columns),
        newest_in_scope=_in_scope("newest.state", columns),
    )
    return connection.sql(query).to_arrow_table()


def _in_scope(row: str, columns: Iterable[str]) -> str:
    names = [*map(sql.identifier, columns)]
    return f"semi join scopes on {' and '.join(f'{row}.{name} = scopes.{name}' for name in names)}" if names else ""
