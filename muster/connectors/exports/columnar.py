"""Parquet exports, a row group at a time; every value becomes its text.

Times become ISO 8601 in UTC, booleans `true` and `false`, lists, structs and maps JSON. The line of a row is its
number in the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from muster.connectors.exports.batch import Batch, without_blanks
from muster.connectors.exports.headings import unique_headings
from muster.errors import SourceError

_ROWS = 64 << 10


@dataclass(frozen=True)
class ParquetExport:
    """One Parquet file."""

    path: Path
    format: ClassVar[str] = "parquet"

    @cached_property
    def _schema(self) -> pa.Schema:
        try:
            return pq.read_schema(self.path)
        except (pa.ArrowException, OSError) as error:
            raise SourceError(f"{self.path.name} is no Parquet file, or cut off; export it again") from error

    @cached_property
    def _named(self) -> tuple[tuple[str, ...], list[str]]:
        return unique_headings(self._schema.names)

    @property
    def columns(self) -> tuple[str, ...]:
        return self._named[0]

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(f"{self.path.name}: {sentence}" for sentence in self._named[1])

    def batches(self) -> Iterator[Batch]:
        names = [f"c{number}" for number in range(len(self.columns))]
        texts = ", ".join(_as_text(name, field.type) for name, field in zip(names, self._schema, strict=True))
        connection = duckdb.connect()
        connection.execute("set timezone = 'UTC'")
        number = 1
        try:
            with pq.ParquetFile(self.path) as file:
                for batch in file.iter_batches(_ROWS):
                    connection.register("rows", pa.table(batch.columns, names=names))
                    table = connection.sql(f"select {texts} from rows").to_arrow_table()
                    table = without_blanks(table.rename_columns(list(self.columns)).cast(_texts(self.columns)))
                    yield Batch(table, pa.array(range(number, number + len(batch)), pa.int64()), _as_json(table))
                    number += len(batch)
        except (pa.ArrowException, OSError) as error:
            raise SourceError(f"{self.path.name}: the Parquet data is damaged; export the file again") from error


def _as_json(table: pa.Table) -> Callable[[Sequence[int]], list[str]]:
    """Rows as JSON, for those that are set aside."""
    return lambda wanted: [json.dumps(row, ensure_ascii=False) for row in table.take(pa.array(wanted)).to_pylist()]


def _texts(columns: tuple[str, ...]) -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in columns])


def _as_text(name: str, type_: pa.DataType) -> str:
    if pa.types.is_nested(type_):
        return f"to_json({name})::varchar"
    if pa.types.is_timestamp(type_):
        return f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%fZ')"
    if pa.types.is_binary(type_) or pa.types.is_large_binary(type_) or pa.types.is_fixed_size_binary(type_):
        return f"hex({name})"
    return f"{name}::varchar"
