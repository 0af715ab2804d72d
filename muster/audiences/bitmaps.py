"""Bitmaps of ordinals, out of DuckDB and into it, without a Python number in between.

Where many come, in any order and more than once, they are struck into a mask, a byte each; a mask becomes a Roaring
bitmap by its portable format, in which a dense container is the bits themselves. For 950,000 out of a million
that takes 0.4 ms; adding them one after another takes 6 ms, or 48 ms where they do not come in order.
"""

from __future__ import annotations

from array import array

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyroaring import BitMap

Mask = npt.NDArray[np.bool_]

#: Ordinals in one container of a Roaring bitmap, and the most that it holds as a list instead of bits.
CONTAINER, LISTED = 65_536, 4_096
#: The portable format's mark for bitmaps without run containers (RoaringFormatSpec, cookie header).
COOKIE = 12_346
#: Rows that are taken from the database at a time.
BATCH = 1_000_000


def struck(connection: duckdb.DuckDBPyConnection, query: str, length: int) -> Mask:
    """A mask with the numbers that a query of one bigint column gives, all below `length`."""
    mask = np.zeros(length, dtype=np.bool_)
    for batch in connection.sql(query).to_arrow_reader(BATCH):
        mask[batch.column(0).to_numpy()] = True
    return mask


def tallied(connection: duckdb.DuckDBPyConnection, query: str, length: int) -> npt.NDArray[np.int32]:
    """How often a query of one bigint column gives each number below `length`."""
    tally = np.zeros(length, dtype=np.int32)
    for batch in connection.sql(query).to_arrow_reader(BATCH):
        np.add.at(tally, batch.column(0).to_numpy(), np.int32(1))  # of one type: 20 times as fast
    return tally


def from_query(connection: duckdb.DuckDBPyConnection, query: str) -> BitMap:
    """The result of a query of one column of ordinals, in any order."""
    numbers = array("I")
    for chunk in connection.sql(query).to_arrow_table().column(0).cast(pa.uint32()).chunks:
        numbers.frombytes(memoryview(chunk.buffers()[1])[chunk.offset * 4 : (chunk.offset + len(chunk)) * 4])
    return BitMap(numbers)


def from_mask(mask: Mask) -> BitMap:
    """The places that are struck; the mask's length is a multiple of 65,536."""
    chunks = mask.reshape(-1, CONTAINER)
    sizes = np.count_nonzero(chunks, axis=1)
    keys = np.flatnonzero(sizes)
    if not len(keys):
        return BitMap()
    bits = np.packbits(chunks, axis=1, bitorder="little")
    contents = [
        bits[key].tobytes() if sizes[key] > LISTED else np.flatnonzero(chunks[key]).astype("<u2").tobytes()
        for key in keys
    ]
    heads = np.stack([keys, sizes[keys] - 1], axis=1).astype("<u2").tobytes()
    start = 8 + 8 * len(keys)
    offsets = start + np.cumsum([0, *map(len, contents[:-1])])
    opening = np.array([COOKIE, len(keys)], dtype="<u4").tobytes()
    return BitMap.deserialize(b"".join((opening, heads, offsets.astype("<u4").tobytes(), *contents)))


def to_arrow(members: BitMap) -> pa.Table:
    """One column, `_ord`."""
    numbers = array("I", members)
    return pa.table({"_ord": pa.Array.from_buffers(pa.uint32(), len(numbers), [None, pa.py_buffer(numbers)])})
