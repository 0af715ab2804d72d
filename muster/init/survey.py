"""Measuring an export: which objects it holds, and what their columns are filled with.

Nothing is guessed here. Each object is read as the reader would read it, as text, into a database in memory;
proposals ask it for uniqueness, overlap and frequencies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from muster.config.models import Source, SourceType
from muster.connectors.discovery import discover
from muster.connectors.exports import open_export
from muster.connectors.exports.batch import Reading
from muster.connectors.vendor import VendorObject
from muster.connectors.vendors import VENDORS
from muster.init.vendor_words import ALSO_CALLED
from muster.settings import Settings

#: Source types whose files may hold anything.
OPEN_TYPES = ("table", "events")
#: Rows of an object that are measured; what is true of the first million is taken for true.
MEASURED = 1_000_000


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True)
class Table:
    """One object of an export in the database: every column is text, a blank cell is null."""

    connection: duckdb.DuckDBPyConnection = field(repr=False)
    relation: str
    name: str
    files: tuple[str, ...]
    columns: tuple[str, ...]
    known: VendorObject | None = field(default=None, repr=False)
    #: Whether the reader finds the object by the files' names, so that the configuration need not tell.
    found: bool = True

    def column(self, name: str) -> str | None:
        """The column of a field: so named in any case, or under a heading that the vendor's reader knows."""
        for column in self.columns:
            if column.lower() == name.lower() or (self.known and self.known.field_of(column) == name):
                return column
        return None

    @cached_property
    def rows(self) -> int:
        return int(self._one("select count(*) from {}")[0])

    @cached_property
    def distinct_rows(self) -> int:
        """Rows without exact repetitions, which say the same thing twice and spoil no key."""
        return int(self._one("select count(*) from (select distinct * from {})")[0])

    def filled(self, column: str) -> float:
        """Share of rows with a value; 0 where there are no rows."""
        return float(self._one(f"select coalesce(count({quoted(column)}) / nullif(count(*), 0), 0) from {{}}")[0])

    def unique(self, columns: Sequence[str], filled: float = 1) -> bool:
        """Whether the columns together name each row, all of them being filled in at least so many of the rows."""
        names = ", ".join(quoted(column) for column in columns)
        there = " and ".join(f"{quoted(column)} is not null" for column in columns)
        some = f"(select distinct * from {{}}) where {there}"
        rows, count = self._all(f"select count(*), count(distinct ({names})) from {some}")[0]
        return bool(rows == count and rows >= filled * self.distinct_rows > 0)

    def distinctness(self, column: str) -> float:
        """Distinct values for each filled cell: 1 where none repeats."""
        name = quoted(column)
        return float(self._one(f"select coalesce(count(distinct {name}) / nullif(count({name}), 0), 0) from {{}}")[0])

    def frequent(self, column: str, limit: int = 5) -> list[tuple[str, int]]:
        """The most frequent values with their counts, ties in order of the value."""
        name = f"trim({quoted(column)})"
        query = f"select {name}, count(*) from {{}} where {name} != '' group by 1 order by 2 desc, 1"
        return [(str(value), int(count)) for value, count in self._all(f"{query} limit {limit}")]

    def found_in(self, column: str, other: Table, other_column: str) -> float:
        """Share of a column's distinct values that stand in a column of another object."""
        ours = f"select distinct {_compared(column)} v from {self.relation}"
        theirs = f"select {_compared(other_column)} from {other.relation}"
        query = f"select coalesce(avg((v in ({theirs}))::int), 0) from ({ours}) where v is not null"
        return float(self._one(query)[0])

    def quantile(self, column: str, share: float) -> float | None:
        """The value below which a share of a column's numbers lie; thousands commas are let through."""
        number = f"try_cast(replace({quoted(column)}, ',', '') as double)"
        value = self._one(f"select quantile_cont({number}, {share}) from {{}}")[0]
        return None if value is None else float(value)

    def group_quantile(self, column: str, share: float) -> int | None:
        """The number of rows that so large a share of a column's values do not pass."""
        name = quoted(column)
        rows = f"select count(*) n from {{}} where {name} is not null group by {name}"
        value = self._one(f"select quantile_disc(n, {share}) from ({rows})")[0]
        return None if value is None else int(value)

    def newest(self, column: str) -> datetime | None:
        """The latest time in a column."""
        value = self._one(f"select max(try_cast({quoted(column)} as timestamp)) from {{}}")[0]
        return value if isinstance(value, datetime) else None

    def is_time(self, column: str) -> bool:
        """Whether nearly all values of a column are times."""
        name = quoted(column)
        query = f"select count(try_cast({name} as timestamp)) >= 0.9 * count({name}) and count({name}) > 0 from {{}}"
        return bool(self._one(query)[0])

    def _all(self, query: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.connection.execute(query.replace("{}", self.relation)).fetchall()
        return found

    def _one(self, query: str) -> tuple[Any, ...]:
        return self._all(query)[0]


@dataclass(frozen=True)
class Survey:
    """The objects of one export, measured, and the names of files that belong to none."""

    tables: list[Table]
    ignored: list[str]

    @classmethod
    def of(cls, type_: SourceType, path: Path, connection: duckdb.DuckDBPyConnection) -> Survey:
        """Read an export folder or file of a source type; errors are the readers' own."""
        root = path if path.is_dir() else path.parent
        survey = cls([], [])
        source = Source(name="survey", type=type_, path=str(path))
        for export in discover(source, Settings.at(root, root)):
            known = export.known or _also_called(type_, export.name)
            files = tuple(file.relative for file in export.files)
            if known is None and type_ not in OPEN_TYPES:
                survey.ignored.extend(files)
                continue
            rows = _rows([root / file for file in files], VENDORS[type_].reading)
            relation = f"object_{connection.execute('select count(*) from duckdb_tables()').fetchall()[0][0]}"
            if rows.column_names:
                connection.register("incoming", rows)
                connection.execute(f"create table {relation} as from incoming")
                connection.unregister("incoming")
            else:  # an empty file; a relation has to have a column
                connection.execute(f"create table {relation} (nothing varchar)")
            name, columns = export.name, tuple(rows.column_names)
            if known and type_ not in OPEN_TYPES:
                name = known.name
            found = export.known is not None or type_ in OPEN_TYPES
            survey.tables.append(Table(connection, relation, name, files, columns, known, found))
        return survey


def _compared(column: str) -> str:
    """A value as it is compared: without case, and a Salesforce id of 18 characters as one of 15."""
    return f"regexp_replace(lower(trim({quoted(column)})), '^([a-z0-9]{{15}})[a-z0-9]{{3}}$', '\\1')"


def _also_called(type_: str, name: str) -> VendorObject | None:
    other = (object_ for part, object_ in ALSO_CALLED.get(type_, {}).items() if part in name.lower())
    return VENDORS[type_].named(next(other, ""))


def _rows(files: Sequence[Path], reading: Reading) -> pa.Table:
    """The first rows of an object's files as texts, by column name; absent columns are null."""
    batches: list[pa.Table] = []
    for file in files:
        export = open_export(file, reading)
        batches.append(pa.table({name: pa.array([], pa.string()) for name in export.columns}))
        for batch in export.batches():
            batches.append(batch.table)
            if sum(map(len, batches)) >= MEASURED:
                break
    return pa.concat_tables(batches, promote_options="default")
