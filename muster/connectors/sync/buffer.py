"""Chunks of a stream on their way into one load: gathered until they are worth a file, then one table."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from muster.connectors.exports.batch import SetAside
from muster.connectors.sync.stream import Chunk, Position

#: Rows and bytes (of Arrow) of which a load is made; between chunks, so that a large chunk may exceed them.
ROWS, BYTES = 250_000, 64 << 20


class Buffer:
    """What came since the last load. `position` is the last that a chunk gave, `whole` are the scopes that ended."""

    def __init__(self, name: str, position: Position | None) -> None:
        self._name = name
        self._spelled: dict[str, str] = {}  # a column without regard to case → as it first came
        self.position = position
        self.clear()

    def clear(self) -> None:
        """Begin anew, from the same position."""
        self._tables: list[pa.Table] = []
        self._files: list[tuple[str, int]] = []
        self._bytes = 0
        self.rows = 0
        self.set_aside: list[SetAside] = []
        self.whole: list[Mapping[str, str]] = []

    def add(self, chunk: Chunk) -> None:
        if chunk.table.num_rows:
            table = self._as_text(chunk.table)
            self._tables.append(table)
            self._files.append((chunk.file or self._name, table.num_rows))
            self._bytes += table.nbytes
            self.rows += table.num_rows
        self.set_aside.extend(chunk.set_aside)
        if chunk.position is not None:
            self.position = chunk.position
        if chunk.whole is not None:
            self.whole.append(chunk.whole)

    @property
    def is_full(self) -> bool:
        return self.rows >= ROWS or self._bytes >= BYTES

    @property
    def is_empty(self) -> bool:
        return not (self._tables or self.set_aside or self.whole)

    def table(self) -> pa.Table:
        """All rows in the order of their reading; what one chunk does not have is null there."""
        if len(self._tables) > 1:  # many small pieces are slow to work on
            self._tables = [pa.concat_tables(self._tables, promote_options="default").combine_chunks()]
        return self._tables[0] if self._tables else pa.table({})

    def files_of(self, lines: pa.Array) -> pa.Array:
        """The names of the answers that rows came in, by the rows' numbers from 1."""
        files = [pa.repeat(pa.scalar(name), rows) for name, rows in self._files]
        return pa.chunked_array(files, pa.string()).take(pc.subtract(lines, 1))

    def _as_text(self, table: pa.Table) -> pa.Table:
        """The table with text in all columns, under the names that these had at first."""
        names = [self._spelled.setdefault(name.casefold(), name) for name in table.column_names]
        columns = [column if column.type == pa.string() else column.cast(pa.string()) for column in table.itercolumns()]
        return pa.table(columns, names=names)
