"""The current snapshot, asked by filters on its Parquet files; nothing is loaded whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import duckdb

from muster import sql
from muster.errors import SnapshotError
from muster.identity.profile.model import Owner, Row
from muster.settings import Settings
from muster.snapshot import Snapshot, current
from muster.snapshot.publish import ORDINAL


@dataclass(frozen=True)
class Reader:
    """Queries on one snapshot. A table that an older snapshot does not have yet has no rows."""

    snapshot: Snapshot

    @classmethod
    def current(cls, settings: Settings) -> Reader:
        """Raises SnapshotError where nothing is published."""
        snapshot = current(settings)
        if snapshot is None:
            raise SnapshotError(f"there is no snapshot in {settings.snapshots}; publish one with `muster run`")
        return cls(snapshot)

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        return sql.connect()

    def has(self, table: str) -> bool:
        return self.snapshot.parquet(table).exists()

    def columns(self, table: str) -> list[str]:
        return list(sql.columns(self.connection, self.table(table)))

    def table(self, name: str) -> str:
        """What stands after `from` for a mart."""
        return sql.scan(self.snapshot.parquet(name))

    def whose(self, table: str, owner: Owner, alias: str = "") -> str:
        """The condition for the rows of a mart that belong to somebody: by the ordinal, which is quicker to scan."""
        edges = self.snapshot.schema.classes[table].edges.values()
        edge = next(
            edge for edge in edges if edge.target == owner.kind and edge.to_column in (ORDINAL, f"{owner.kind}_id")
        )
        column = (f"{alias}." if alias else "") + sql.identifier(edge.from_column)
        return f"{column} = {owner.ordinal if edge.to_column == ORDINAL else sql.literal(owner.id)}"

    def register(self, entity: str) -> str:
        return sql.scan(self.snapshot.register(entity))

    def rows(self, query: str, **parameters: object) -> list[Row]:
        """The rows of a query with `$name` parameters, as dicts."""
        result = self.connection.execute(query, parameters or None)
        names = [str(column[0]) for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def count(self, query: str, **parameters: object) -> int:
        return int(self.connection.execute(f"select count(*) from ({query})", parameters or None).fetchall()[0][0])

    def some(self, query: str, limit: int, **parameters: object) -> tuple[list[Row], int]:
        """The first rows of an ordered query, and how many there are in all."""
        rows = self.rows(f"{query} limit {limit}", **parameters)
        return rows, len(rows) if len(rows) < limit else self.count(query, **parameters)

    def chosen(self, table: str, names: Iterable[str], alias: str = "") -> str:
        """A select list of those of the columns that the table has."""
        there = set(self.columns(table))
        prefix = f"{alias}." if alias else ""
        return ", ".join(f"{prefix}{sql.identifier(name)}" for name in names if name in there)
