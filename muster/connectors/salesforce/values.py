"""The values of an object's fields as the lake keeps them: text, alike from the REST API and from the Bulk API.

Both write the same value in their own way: times as `…+0000` and `…Z`, numbers as `350000000.0` and `3.5E8`. Here a
time ends in `Z`, a number is the shortest decimal that means it, a checkbox is `true` or `false`, and nothing is null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

_NUMBERS = frozenset({"double", "currency", "percent"})
_READ_AS = {"boolean": pa.bool_(), "int": pa.int64(), "long": pa.int64()} | dict.fromkeys(_NUMBERS, pa.float64())


class Values:
    """Makes tables of an object's fields, name → type as describe gives them; all columns are text."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._types = dict(fields)
        self._columns = [(name, _READ_AS.get(type_, pa.string())) for name, type_ in fields.items()]

    def of_records(self, records: Sequence[Mapping[str, Any]]) -> pa.Table:
        """Records of a query's page, a column for each field that was asked for."""
        try:
            table = pa.Table.from_pylist(records, pa.schema(self._columns))
        except (pa.ArrowInvalid, pa.ArrowTypeError):  # a value of another type than its field's
            columns = [_array([record.get(name) for record in records], type_) for name, type_ in self._columns]
            table = pa.table(columns, names=list(self._types))
        return self.of_columns(table)

    def of_columns(self, table: pa.Table) -> pa.Table:
        """The same for columns of typed values or of their texts, as a CSV file has them."""
        named = zip(table.column_names, table.itercolumns(), strict=True)
        return pa.table([self._text(name, column) for name, column in named], names=table.column_names)

    def _text(self, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
        type_ = self._types.get(name, "")
        if type_ in _NUMBERS:
            return _decimals(column)
        if type_ == "datetime" and column.type == pa.string():
            return pc.replace_substring_regex(column, r"[+]00:?00$", "Z")
        return column if column.type == pa.string() else column.cast(pa.string())


def _array(values: Sequence[Any], type_: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, type_)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([_told(value) for value in values], pa.string())


def _told(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


def _decimals(column: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        texts = column.cast(pa.float64()).cast(pa.string())
    except pa.ArrowInvalid:  # not numbers after all: as they are
        return column
    long = pc.match_substring(texts, "e")
    if not pc.any(long).as_py():
        return texts
    return _changed(texts, long, lambda text: f"{Decimal(text):f}")


def _changed(texts: pa.ChunkedArray, where: pa.ChunkedArray, change: Callable[[str], str]) -> pa.ChunkedArray:
    """The texts with those at the marked places changed; few are."""
    fresh = pa.array([change(text) for text in texts.filter(where).to_pylist()], pa.string())
    return pc.replace_with_mask(texts.combine_chunks(), pc.fill_null(where.combine_chunks(), False), fresh)
