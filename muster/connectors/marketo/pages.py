"""Records of an answer as columns of text, in one pass over each column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
import pyarrow as pa

from muster.connectors.exports.batch import without_blanks

#: Where a record stands in its answer; no part of it.
_PLACE = "seq"
#: Marks the rows that tell of a deletion; where a record is there it stays empty.
DELETED = "isDeleted"


def table_of(records: Sequence[Mapping[str, Any]], columns: Iterable[str] = ()) -> pa.Table:
    """A row a record: numbers and booleans as JSON writes them, lists and objects as JSON, blank as null.

    The columns are those given, in this order, and after them what else the records have.
    """
    names = dict.fromkeys(columns)
    for record in records:
        names.update(dict.fromkeys(record))
    names.pop(_PLACE, None)
    if not records:
        return nothing(list(names))
    return without_blanks(pa.table({name: _column(records, name) for name in names}))


def shaped(table: pa.Table, columns: Sequence[str]) -> pa.Table:
    """The table with these columns first, null where it lacks one: all tables of a stream look alike."""
    if table.column_names == list(columns):
        return table
    there = dict(zip(table.column_names, table.columns, strict=True))
    nothing = pa.nulls(table.num_rows, pa.string())
    return pa.table({name: there.get(name, nothing) for name in [*columns, *there]})


def gone(keys: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> pa.Table:
    """Rows that tell of deletions: the key, and the marker."""
    return table_of([{**key, DELETED: True} for key in keys], columns)


def nothing(columns: Sequence[str]) -> pa.Table:
    """No rows, for a chunk that only moves the position on."""
    return pa.schema([(name, pa.string()) for name in columns]).empty_table()


def _column(records: Sequence[Mapping[str, Any]], name: str) -> pa.Array:
    values = [record.get(name) for record in records]
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return pa.array([_text(value) for value in values], pa.string())


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()
