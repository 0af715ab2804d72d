"""One SELECT under construction: its tables, its joins, its conditions.

To-one relations become left joins, made once per relation however often a rule walks it; their targets are
keys, so they never multiply rows.
"""

from __future__ import annotations

from collections import Counter

from sqlglot import exp

from muster.schema import Edge, Schema


class Aliases:
    """Table aliases that are unique in one query: `account`, `account_2`, …"""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def new(self, name: str) -> str:
        self._seen[name] += 1
        return name if self._seen[name] == 1 else f"{name}_{self._seen[name]}"


def column(alias: str, name: str) -> exp.Column:
    return exp.column(name, table=alias, quoted=True)


def table(name: str, alias: str) -> exp.Table:
    quoted = exp.to_identifier(name, quoted=True)
    return exp.Table(this=quoted, alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))


class Frame:
    """The tables of one SELECT, the first one `start`."""

    def __init__(self, schema: Schema, aliases: Aliases, class_name: str) -> None:
        self._schema, self._aliases = schema, aliases
        self.alias = aliases.new(class_name)
        self._start = table(schema.classes[class_name].table, self.alias)
        self._joins: list[tuple[exp.Expr, exp.Expr, str]] = []
        self._hops: dict[tuple[str, str], str] = {}
        self.conditions: list[exp.Expr] = []

    def join(self, alias: str, edge: Edge) -> str:
        """Join the rows that `edge` leads to; rows without any are dropped."""
        return self._join(alias, edge, "INNER")

    def hop(self, alias: str, edge: Edge) -> str:
        """Join the one row that `edge` leads to, if there is one."""
        if (alias, edge.name) not in self._hops:
            self._hops[alias, edge.name] = self._join(alias, edge, "LEFT")
        return self._hops[alias, edge.name]

    def attach(self, query: exp.Select, alias: str, key: str, to: exp.Column) -> None:
        """Left join a query with one row per `key`."""
        self._joins.append((query.subquery(exp.to_identifier(alias, quoted=True)), column(alias, key).eq(to), "LEFT"))

    def select(self, *projections: exp.Expr) -> exp.Select:
        query = exp.Select(expressions=list(projections)).from_(self._start, copy=False)
        for source, on, kind in self._joins:
            query = query.join(source, on=on, join_type=kind, copy=False)
        return query.where(*self.conditions, copy=False) if self.conditions else query

    def _join(self, alias: str, edge: Edge, kind: str) -> str:
        joined = self._aliases.new(edge.target)
        source = table(self._schema.classes[edge.target].table, joined)
        self._joins.append((source, column(joined, edge.to_column).eq(column(alias, edge.from_column)), kind))
        return joined
