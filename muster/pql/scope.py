"""What is in reach at a place in a rule: the rows around it, declared variables, and paths that flatten.

`levels` are the rows that bare names and `^` refer to, the entity first, the innermost filter last.
A path through a relation to many, written where one value is expected, ranges over all rows it reaches: its
collection is noted here and the smallest condition around it is asked of any of those rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from muster.errors import RuleError
from muster.pql import tree, typed
from muster.schema import Edge, Field, Schema


class Scope:
    """Rows in reach, and a record of all that a rule uses."""

    def __init__(self, schema: Schema, of: str) -> None:
        self.schema = schema
        self._numbers = count()
        self.root = self.new(schema.of(of).name)
        self.levels = [self.root]
        self.variables: dict[str, typed.Var] = {}
        self._ranging: list[list[typed.Collection]] = [[]]
        self.fields: dict[tuple[str, str, str], None] = {}
        self.relations: dict[str, Edge] = {}
        self.segments: dict[tuple[str, str], None] = {}

    def new(self, class_name: str) -> typed.Var:
        return typed.Var(next(self._numbers), class_name)

    def start(self, name: tree.Name) -> tuple[typed.Var, bool]:
        """The row that a path starts from, and whether `name` itself names that row."""
        if name.name == "$1":
            return self.root, True
        if name.name in self.variables and not name.levels:
            return self.variables[name.name], True
        if name.levels >= len(self.levels):
            raise RuleError(
                f"{'^' * name.levels} leads out of the rule",
                name.at.line,
                name.at.column,
                f"here are {len(self.levels) - 1} levels to go out",
            )
        return self.levels[-1 - name.levels], False

    @contextmanager
    def inside(self, item: typed.Var) -> Iterator[None]:
        """Bare names refer to `item`."""
        self.levels.append(item)
        try:
            yield
        finally:
            self.levels.pop()

    @contextmanager
    def declared(self) -> Iterator[None]:
        """Variables declared within are forgotten afterwards."""
        before = dict(self.variables)
        try:
            yield
        finally:
            self.variables = before

    @contextmanager
    def ranging(self) -> Iterator[list[typed.Collection]]:
        """Collect the paths that flatten within."""
        found: list[typed.Collection] = []
        self._ranging.append(found)
        try:
            yield found
        finally:
            self._ranging.pop()

    def range_over(self, *collections: typed.Collection) -> None:
        """Leave these to the condition around this place."""
        self._ranging[-1].extend(collections)

    def take_range(self, value: object) -> typed.Collection | None:
        """The collection that `value` ranges over, taken away from the condition around this place."""
        for collection in self._ranging[-1]:
            if isinstance(value, typed.Attribute) and value.var == collection.item:
                self._ranging[-1].remove(collection)
                return collection
        return None

    def follow(self, edge: Edge) -> typed.Step:
        """One step along a relation, to a new row."""
        self.relations[f"{edge.source}.{edge.name}"] = edge
        return typed.Step(edge, self.new(edge.target))

    def attribute(self, var: typed.Var, hops: tuple[Edge, ...], field: Field) -> typed.Attribute:
        class_name = hops[-1].target if hops else var.class_name
        self.fields[class_name, field.path, field.column] = None
        return typed.Attribute(var, hops, field)

    def currency_of(self, money: typed.Attribute) -> typed.Attribute | None:
        """The currency that stands beside an amount, where the schema has one."""
        path, _, last = money.field.path.rpartition(".")
        class_name = money.hops[-1].target if money.hops else money.var.class_name
        field = self.schema.classes[class_name].fields.get(f"{path}.currencyCode")
        return self.attribute(money.var, money.hops, field) if last == "amount" and field else None
