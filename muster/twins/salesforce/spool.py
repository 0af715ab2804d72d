"""Results kept for reading in pieces: lines of text by their numbers, on the disk when they are many.

An Arrow file holds the lines in batches, packed, and in a batch one behind the other: a stretch of lines is a stretch
of its bytes, and a page of millions of rows is served by unpacking the few batches it lies in.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, chain, islice
from pathlib import Path

import pyarrow as pa

#: Bytes handed over at once, about.
_PIECE = 1 << 20


class Spool:
    """The lines of a result. Made by `of`; `close` gives the disk back."""

    def __init__(self, batches: list[pa.RecordBatch], path: Path | None = None, sizes: list[int] | None = None) -> None:
        self._batches, self._path = batches, path
        self._file = pa.ipc.open_file(pa.memory_map(str(path))) if path else None
        self._ends = list(accumulate(sizes if sizes is not None else [each.num_rows for each in batches]))

    @classmethod
    def of(cls, batches: Iterator[pa.RecordBatch], path: Path) -> Spool:
        """Take the column `line` of a result; one batch stays in memory, more go to a file at `path`."""
        head = list(islice(batches, 2))
        if len(head) < 2:
            return cls(head)
        sizes = []
        packed = pa.ipc.IpcWriteOptions(compression="lz4")
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, head[0].schema, options=packed) as writer:
            for batch in chain(head, batches):
                writer.write_batch(batch)
                sizes.append(batch.num_rows)
        return cls([], path, sizes)

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes of lines `start` up to `stop`, from 0, in pieces."""
        file, batches, ends = self._file, self._batches, self._ends  # another thread may close it meanwhile
        stop = min(stop, ends[-1] if ends else 0)
        number = bisect_right(ends, start)
        while start < stop:
            began = ends[number - 1] if number else 0
            upto = min(stop, ends[number])
            batch = file.get_batch(number) if file else batches[number]
            yield from _bytes(batch, start - began, upto - began)
            start, number = upto, number + 1

    def close(self) -> None:
        self._batches, self._file, self._ends = [], None, []
        if self._path:
            self._path.unlink(missing_ok=True)


def _bytes(batch: pa.RecordBatch, start: int, stop: int) -> Iterator[bytes]:
    column = batch.column(0)
    _, offsets, values = column.buffers()
    if values is None:
        return
    places = memoryview(offsets).cast("i")
    first, last = places[column.offset + start], places[column.offset + stop]
    for at in range(first, last, _PIECE):
        yield values.slice(at, min(_PIECE, last - at)).to_pybytes()
