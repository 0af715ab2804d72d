"""The part of a snapshot that a rule can see from one person or account, in a database of its own.

Walked along the relations that the rule walks: a row that is not reached has no say in the answer for this entity, so
the same query gives the same verdict here, on a handful of rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from muster.audiences.explain.names import label, told_columns
from muster.audiences.explain.plain import collections, is_plain
from muster.errors import SnapshotError
from muster.pql import typed
from muster.schema import Edge, EntityClass, Schema
from muster.snapshot import Snapshot
from muster.snapshot.publish import ORDINAL
from muster.sql import columns as columns_of
from muster.sql import identifier, literal, scan


def neighbourhood(
    snapshot: Snapshot,
    schema: Schema,
    root: typed.Var,
    ordinal: int,
    condition: typed.Condition,
    used: Mapping[str, Iterable[str]],
) -> duckdb.DuckDBPyConnection:
    """A database in memory with the rows that `condition` can reach from the `root` row with this ordinal.

    `used` are the columns that the rule's query reads, by table. A table that it reads and no relation leads to is
    there whole, and so are all tables where the rule goes over something else than relations.
    """
    loader = _Loader(snapshot, schema, used)
    if not all(is_plain(item) for item in collections(condition)):
        return loader.load_all()
    return loader.load(root, ordinal, condition)


class _Loader:
    def __init__(self, snapshot: Snapshot, schema: Schema, used: Mapping[str, Iterable[str]]) -> None:
        self._snapshot, self._used = snapshot, used
        self._schema = schema
        self._connection = duckdb.connect()
        self._connection.execute("set timezone = 'UTC'")
        self._edges: dict[str, set[str]] = defaultdict(set)
        self._made: set[str] = set()
        self._rows: dict[typed.Var, str] = {}

    def load(self, root: typed.Var, ordinal: int, condition: typed.Condition) -> duckdb.DuckDBPyConnection:
        nodes = list(typed.walk(condition))
        for edge in _edges(nodes):
            self._edges[edge.source].add(edge.from_column)
            self._edges[edge.target].add(edge.to_column)
        for item in nodes:
            if isinstance(item, typed.Collection) and (told := label(self._schema, item.item)):
                for edge in told.hops:
                    self._edges[edge.source].add(edge.from_column)
                    self._edges[edge.target].add(edge.to_column)
        self._rows[root] = self._take(root.class_name, f"{identifier(ORDINAL)} = {int(ordinal)}")
        waiting = [item for item in nodes if isinstance(item, typed.Collection | typed.Attribute | typed.Related)]
        while waiting:
            ready = [item for item in waiting if _start(item) in self._rows]
            if not ready:  # variables of a kind of node that is not known here: any row of their class so far
                var = _start(waiting[0])
                self._rows[var] = self._all(var.class_name)
                continue
            for item in ready:
                self._walk(item)
            waiting = [item for item in waiting if item not in ready]
        return self.load_all()

    def load_all(self) -> duckdb.DuckDBPyConnection:
        """Every table that is not there yet, whole."""
        for table in self._used:
            if table not in self._made and not table.startswith("segment:"):
                self._whole(table)
        return self._connection

    def _name(self, var: typed.Var, rows: str) -> None:
        """Take the rows by whose names a row of a link is told."""
        told = label(self._schema, var)
        for edge in told.hops if told else ():
            rows = self._follow(rows, edge)

    def _walk(self, item: typed.Collection | typed.Attribute | typed.Related) -> None:
        if isinstance(item, typed.Collection):
            rows = self._rows[item.root]
            for step in item.steps:
                if isinstance(step.edge, Edge):
                    rows = self._rows[step.item] = self._follow(rows, step.edge)
            self._name(item.item, rows)
            return
        rows = self._rows[item.var]
        for edge in item.hops:
            rows = self._follow(rows, edge)

    def _follow(self, rows: str, edge: Edge) -> str:
        """Take the rows that an edge leads to from the rows of a query."""
        ours, theirs = identifier(edge.from_column), identifier(edge.to_column)
        return self._take(edge.target, f"{theirs} in (select {ours} from ({rows}))")

    def _take(self, class_name: str, condition: str) -> str:
        """Add the rows of a class that meet a condition; returns the query of just these."""
        entity = self._schema.classes[class_name]
        table, key = identifier(entity.table), identifier(entity.key)
        self._make(entity)
        there = f"select {key} from {table}"
        listed = ", ".join(map(identifier, self._columns(entity)))
        self._connection.execute(
            f"insert into {table} select {listed} from {scan(self._parquet(entity.table))}"
            f" where {condition} and {key} not in ({there})"
        )
        return f"select * from {table} where {condition}"

    def _all(self, class_name: str) -> str:
        entity = self._schema.classes[class_name]
        self._make(entity)
        return f"select * from {identifier(entity.table)}"

    def _make(self, entity: EntityClass) -> None:
        if entity.table in self._made:
            return
        self._made.add(entity.table)
        listed = ", ".join(map(identifier, self._columns(entity)))
        source = scan(self._parquet(entity.table))
        self._connection.execute(f"create table {identifier(entity.table)} as select {listed} from {source} limit 0")

    def _columns(self, entity: EntityClass) -> Sequence[str]:
        """What the rule reads, what relations join, and what tells a row from others."""
        wanted = {entity.key, f"{entity.name}_id", *self._edges[entity.name], *self._used.get(entity.table, ())}
        wanted |= told_columns(self._schema, entity.name)
        return [name for name in columns_of(self._connection, scan(self._parquet(entity.table))) if name in wanted]

    def _whole(self, table: str) -> None:
        source = literal(self._parquet(table))
        self._connection.execute(f"create view {identifier(table)} as select * from read_parquet({source})")

    def _parquet(self, table: str) -> Path:
        path = self._snapshot.parquet(table)
        if not path.exists():
            raise SnapshotError(
                f"snapshot {self._snapshot.version} has no table {table}; run `muster run` to publish anew"
            )
        return path


def _start(item: typed.Collection | typed.Attribute | typed.Related) -> typed.Var:
    return item.root if isinstance(item, typed.Collection) else item.var


def _edges(nodes: Sequence[object]) -> list[Edge]:
    found: list[Edge] = []
    for item in nodes:
        if isinstance(item, typed.Step) and isinstance(item.edge, Edge):
            found.append(item.edge)
        elif isinstance(item, typed.Attribute | typed.Related):
            found += item.hops
    return found
