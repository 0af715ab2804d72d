"""Ids of rows that have none of their own: a hash of their content, told apart by number where a file repeats it."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from muster.sql import identifier, literal

_PREFIX = "content:"


class ContentIds:
    """Makes the ids of one file.

    An id is `content:` and 24 hex digits of SHA-256 over the names and texts of the filled cells, in the order of
    the names: it does not change with the order of columns or when an empty column is added.
    The ids are kept in a file beside the draft, so that repeats are found in constant memory.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._writer: pq.ParquetWriter | None = None

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect()

    def of(self, table: pa.Table) -> pa.Array:
        names = sorted(table.column_names, key=str.casefold)
        cells = [f"{literal(name.casefold())} || chr(31) || {identifier(name)}" for name in names]
        content = ", ".join(["chr(30)", "''", *cells])
        self._connection.register("rows", table)
        query = f"select '{_PREFIX}' || sha256(concat_ws({content}))[:24] as id from rows"
        ids = self._connection.sql(query).to_arrow_table()
        if self._writer is None:
            self._scratch.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(self._scratch, ids.schema)
        self._writer.write_table(ids)
        return ids["id"]

    def repeated(self) -> list[str]:
        """The ids that more than one row of the file has."""
        if self._writer is None:
            return []
        self._writer.close()
        query = "select id from read_parquet(?) group by id having count(*) > 1"
        found = self._connection.execute(query, [str(self._scratch)]).fetchall()
        self._scratch.unlink()
        return [row[0] for row in found]


class Numbering:
    """Numbers the second and further rows of one content: `content:…-2`; tables are given in file order."""

    def __init__(self, repeated: list[str]) -> None:
        self._repeated = pa.array(repeated, pa.string())
        self._seen: Counter[str] = Counter()

    def __call__(self, table: pa.Table) -> pa.Table:
        ids = table["_row_id"]
        numbered = ids.to_pylist()
        for position in pc.indices_nonzero(pc.is_in(ids, self._repeated)).to_pylist():
            self._seen[numbered[position]] += 1
            if (number := self._seen[numbered[position]]) > 1:
                numbered[position] += f"-{number}"
        return table.set_column(table.column_names.index("_row_id"), "_row_id", pa.array(numbered, pa.string()))
