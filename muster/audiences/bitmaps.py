"""Bitmaps of ordinals, out of DuckDB and into it, without a Python number in between."""

from __future__ import annotations

from array import array

import duckdb
import pyarrow as pa
from pyroaring import BitMap


def from_query(connection: duckdb.DuckDBPyConnection, query: str) -> BitMap:
    """The result of a query of one column of ordinals."""
    found = connection.sql(query).to_arrow_table().column(0)
    numbers = array("I")
    for chunk in found.cast(pa.uint32()).chunks:
        numbers.frombytes(memoryview(chunk.buffers()[1])[chunk.offset * 4 : (chunk.offset + len(chunk)) * 4])
    return BitMap(numbers)


def to_arrow(members: BitMap) -> pa.Table:
    """One column, `_ord`."""
    numbers = array("I", members)
    return pa.table({"_ord": pa.Array.from_buffers(pa.uint32(), len(numbers), [None, pa.py_buffer(numbers)])})
