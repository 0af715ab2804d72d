"""One SELECT under construction: its tables, its joins, its conditions.

To-one relations become left joins, made once per relation however often a rule walks it; their targets are
keys, so they never multiply rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

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

    def __init__(self, schema: Schema, aliases: Aliases, class_name: str, query: exp.Select | None = None) -> None:
        """Starts with the rows of a class, or with those of a `query`."""
        self._schema, self._aliases = schema, aliases
        self.alias = aliases.new("items" if query else class_name)
        if query:
            self._start: exp.Expr = query.subquery(exp.to_identifier(self.alias, quoted=True), copy=False)
        else:
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

    def attach(self, query: exp.Select, alias: str, to: Mapping[str, exp.Expr], kind: str = "LEFT") -> None:
        """Join a query by some of its columns; with the left join that is usual it has one row for each of them."""
        source = query.subquery(exp.to_identifier(alias, quoted=True), copy=False)
        pairs = [column(alias, key).eq(value) for key, value in to.items()]
        on = exp.and_(*pairs, copy=False) if pairs else exp.true()
        self._joins.append((source, on, kind))

    def beside(self, class_name: str) -> str:
        """Join all rows of a class."""
        alias = self._aliases.new(class_name)
        self._joins.append((table(self._schema.classes[class_name].table, alias), exp.true(), "INNER"))
        return alias

    def row(self, class_name: str, key: exp.Expr) -> str:
        """Join one row by its key."""
        alias = self._aliases.new(class_name)
        entity = self._schema.classes[class_name]
        self._joins.append((table(entity.table, alias), column(alias, entity.key).eq(key), "INNER"))
        return alias

    def select(self, *projections: exp.Expr) -> exp.Select:
        query = exp.Select(expressions=list(projections)).from_(self._start, copy=False)
        for source, on, kind in self._joins:
            side = {"side": kind} if kind == "LEFT" else {"kind": kind}
            query.append("joins", exp.Join(this=source, on=on, **side))
        return query.where(*self.conditions, copy=False) if self.conditions else query

    def _join(self, alias: str, edge: Edge, kind: str) -> str:
        joined = self._aliases.new(edge.target)
        source = table(self._schema.classes[edge.target].table, joined)
        self._joins.append((source, column(joined, edge.to_column).eq(column(alias, edge.from_column)), kind))
        return joined


def named(expression: exp.Expr, alias: str) -> exp.Alias:
    return exp.Alias(this=expression, alias=exp.to_identifier(alias, quoted=True))
