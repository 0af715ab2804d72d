"""Which rows of a stream are no news: the same record read twice is one record.

A row is no news where the newest state that the lake has of its id

- has the same content: the same text in every filled cell; or
- has a later version: a vendor's index that lags shows states that are past, and the newest row must stay the newest.

A row of an equal version and another content is news: vendors tell time in seconds, and a record may change twice in
one. (Our decision.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from muster import sql
from muster.connectors.sync.held import OWN, scan
from muster.lake.loads import Load

#: Per id: the newest content, compared by a hash of 64 bits, and the greatest version.
_KNOWN = """
    select _row_id, max({version}) as version, arg_max({content}, (_load, _line)) as content
    from {held} semi join fresh using (_row_id) group by _row_id
"""
#: Lines of fresh rows that are past, or equal to what was known or came before them.
_NO_NEWS = """
    with suspect as (
        select _row_id from known union all select _row_id from fresh group by _row_id having count(*) > 1
    ),
    states as (
        select _row_id, 0 as line, version, content from known
        union all
        select _row_id, _line, {version}, {content} from fresh semi join suspect using (_row_id)
    ),
    seen as (
        select *, max(version) over (
            partition by _row_id order by line rows between unbounded preceding and 1 preceding
        ) as before from states
    ),
    kept as (
        select *, lag(content) over (partition by _row_id order by line) as previous
        from seen where not coalesce(version < before, false)
    )
    select line from states anti join (select line from kept where content is distinct from previous) as news
    using (line) where line > 0
"""


def no_news(fresh: pa.Table, held: Iterable[Load], version: str | None) -> pa.Array:
    """The `_line`s of the rows that are no news, `fresh` being lake rows, `held` the stream's loads.

    `version` is the lake column that tells versions apart, as text; without one only the content counts.
    """
    version = version if version in fresh.column_names else None
    least = bounds(fresh, version)
    candidates = [each.path for each in held if each.loaded and not _is_older(each, least[0] if least else None)]
    if not candidates and pc.count_distinct(fresh["_row_id"]).as_py() == fresh.num_rows:
        return pa.array([], pa.int64())
    with sql.connect() as connection:
        connection.register("fresh", fresh)
        files = _that_share_ids(connection, [str(path) for path in candidates])
        known = _KNOWN if files else "select '' as _row_id, '' as version, 0::ubigint as content where false"
        names = list(sql.columns(connection, scan(files))) if files else []
        query = known.format(held=scan(files), version=_version(version, names), content=_content(names))
        connection.execute(f"create or replace temp table known as {query}")
        names = fresh.column_names
        query = _NO_NEWS.format(version=_version(version, names), content=_content(names))
        return connection.sql(query).to_arrow_table()["line"].combine_chunks()


def bounds(table: pa.Table, version: str | None) -> tuple[str, str] | None:
    """The least and the greatest version of some rows; None where one has none."""
    if version not in table.column_names or table.num_rows == 0 or table[version].null_count:
        return None
    found = pc.min_max(table[version]).as_py()
    return found["min"], found["max"]


def _is_older(load: Load, least: str | None) -> bool:
    """Whether all rows of a load are of versions before this one, so that it can make no such row old news."""
    return least is not None and load.versions is not None and load.versions[1] < least


def _that_share_ids(connection: duckdb.DuckDBPyConnection, paths: Sequence[str]) -> list[str]:
    if not paths:
        return []
    query = f"select distinct filename from {scan(paths, 'filename = true')} semi join fresh using (_row_id)"
    return [str(row[0]) for row in connection.execute(query).fetchall()]


def _version(version: str | None, names: Sequence[str]) -> str:
    return sql.identifier(version) if version and version in names else "null::varchar"


def _content(names: Iterable[str]) -> str:
    """A hash of a row's filled cells that does not depend on the order of columns or on empty ones.

    Each cell is hashed twice: DuckDB joins a name and a value by xor, so that otherwise two columns of equal values
    would cancel each other out.
    """
    terms = ["case when _deleted then hash('_deleted') else 0 end"]
    for name in names:
        if name not in OWN:
            column = sql.identifier(name)
            label = sql.literal(name.casefold())
            terms.append(f"case when {column} is null then 0 else hash(hash({label}, {column})) end")
    while len(terms) > 1:  # a tree, for DuckDB bounds how deep an expression may be
        terms = [f"xor({', '.join(pair)})" if len(pair := terms[at : at + 2]) > 1 else pair[0]
                 for at in range(0, len(terms), 2)]  # fmt: skip
    return terms[0]
