"""What is in reach at a place in a rule: the rows around it, declared variables, and paths that flatten.

`levels` are the rows that bare names and `^` refer to, the entity first, the innermost filter last.
A path through a relation to many, written where one value is expected, ranges over all rows it reaches: its
collection is noted here and the smallest condition around it is asked of any of those rows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TypeVar, cast

from muster.errors import RuleError
from muster.pql import tree, typed
from muster.pql.shapes import ITEM, Shape
from muster.schema import Edge, EntityClass, Field, Schema

Part = TypeVar("Part")
#: What a parameter of a function stands for, other than an item: a part of an entry, or the rows of a group.
Given = tuple[typed.Var, str] | Callable[[], typed.Collection]

#: How often names given by `let` may be used in a rule; uses within uses can double at every `let`.
MOST_USES = 1000
#: How many nodes may be written again where an array is asked about twice; this too can double at every level.
MOST_COPIED = 3000


@dataclass(frozen=True)
class Definition:
    """What `let` gave a name to, and what was in reach there; each use of the name is read in that place again."""

    node: tree.Node
    levels: tuple[typed.Var, ...]
    variables: Mapping[str, typed.Var]
    definitions: Mapping[str, Definition]
    given: Mapping[str, Given]


class Scope:
    """Rows in reach, and a record of all that a rule uses."""

    def __init__(self, schema: Schema, of: str) -> None:
        self.schema = Schema(dict(schema.classes))
        self._numbers = count()
        self.root = self.new(schema.of(of).name)
        self.levels = [self.root]
        self.variables: dict[str, typed.Var] = {}
        self.given: dict[str, Given] = {}
        self.groups: dict[typed.Var, tuple[tuple[typed.Step, ...], typed.Value]] = {}
        self.definitions: dict[str, Definition] = {}
        self.moments: dict[typed.Var, typed.Value] = {}
        self._uses = 0
        self._copied = 0
        self.instances: set[str] = set()
        self._ranging: list[list[typed.Collection]] = [[]]
        self.fields: dict[tuple[str, str, str], None] = {}
        self.relations: dict[str, Edge] = {}
        self.segments: dict[tuple[str, str], None] = {}

    def new(self, class_name: str) -> typed.Var:
        return typed.Var(next(self._numbers), class_name)

    def declare(self, name: str, var: typed.Var) -> None:
        """`name` names a row from here on."""
        self.forget(name)
        self.variables[name] = var

    def give(self, name: str, meaning: Given) -> None:
        """`name`, a parameter of a function, has a meaning of its own from here on."""
        self.forget(name)
        self.given[name] = meaning

    def forget(self, name: str) -> None:
        for names in (self.variables, self.definitions, self.given):
            cast(dict[str, object], names).pop(name, None)

    def define(self, name: str, node: tree.Node) -> None:
        """`name` stands for an expression from here on."""
        definition = Definition(
            node, tuple(self.levels), dict(self.variables), dict(self.definitions), dict(self.given)
        )
        self.forget(name)
        self.definitions[name] = definition

    def definition(self, node: tree.Node) -> Definition | None:
        """What `let` says about a bare name."""
        return self.definitions.get(node.name) if isinstance(node, tree.Name) and not node.levels else None

    def literal(self, node: tree.Node) -> tree.Node:
        """The literal or the literal array that a bare name stands for, else the node itself."""
        while (found := self.definition(node)) and isinstance(found.node, tree.Name | tree.Literal | tree.ArrayLiteral):
            node = found.node
        return node

    @contextmanager
    def at(self, definition: Definition, use: tree.Node) -> Iterator[None]:
        """What was in reach at a definition is in reach again.

        Raises `RuleError` where definitions of definitions grow beyond all bounds.
        """
        self._uses += 1
        if self._uses > MOST_USES:
            raise RuleError(
                f"the names given by let are used more than {MOST_USES} times, those within others counted each time",
                use.at.line,
                use.at.column,
                "split the rule into several audiences",
            )
        before = self.levels, self.variables, self.definitions, self.given
        self.levels, self.variables = list(definition.levels), dict(definition.variables)
        self.definitions, self.given = dict(definition.definitions), dict(definition.given)
        try:
            yield
        finally:
            self.levels, self.variables, self.definitions, self.given = before

    def start(self, name: tree.Name) -> tuple[typed.Var, bool]:
        """The row that a path starts from, and whether `name` itself names that row."""
        if name.name == "$1":
            return self.levels[-1] if self.field(self.levels[-1], ITEM) else self.root, True
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
        before = dict(self.variables), dict(self.definitions), dict(self.given)
        try:
            yield
        finally:
            self.variables, self.definitions, self.given = before

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

    def ranges(self, value: typed.Attribute) -> bool:
        """Whether `value` is reached by a path through many rows."""
        return any(value.var == collection.item for collection in self._ranging[-1])

    def take_range(self, value: object) -> typed.Collection | None:
        """The collection that `value` ranges over, taken away from the condition around this place."""
        for collection in self._ranging[-1]:
            if isinstance(value, typed.Attribute) and value.var == collection.item:
                self._ranging[-1].remove(collection)
                return collection
        return None

    def shape(self, wanted: Shape) -> str:
        """The name of the class of such items; of the same name only where they are the same."""
        name, number = wanted.name, 1
        while self.schema.classes.get(name, wanted) != wanted:
            number += 1
            name = f"{wanted.name} ({number})"
            wanted = dataclasses.replace(wanted, name=name)
        cast(dict[str, EntityClass], self.schema.classes)[name] = wanted
        return name

    def is_item(self, var: typed.Var) -> bool:
        """Whether this is an item of an array, not a row of a table."""
        return isinstance(self.schema.classes[var.class_name], Shape)

    def field(self, var: typed.Var, path: str) -> typed.Attribute | None:
        """A field of an item, if it has it."""
        field = self.schema.classes[var.class_name].fields.get(path)
        return typed.Attribute(var, (), field) if field and self.is_item(var) else None

    def attribute_of(self, var: typed.Var, path: str) -> typed.Attribute:
        """A field that an item has."""
        return typed.Attribute(var, (), self.schema.classes[var.class_name].fields[path])

    def fresh(self, node: Part) -> Part:
        """The same again, over rows of its own.

        Raises `RuleError` where copies of copies grow beyond all bounds.
        """
        self._copied += sum(1 for _ in typed.walk(node))
        if self._copied > MOST_COPIED:
            raise RuleError("the rule nests arrays within arrays too often", expected="split it into several audiences")
        return typed.renamed(node, {var: self.new(var.class_name) for var in sorted(typed.reached(node), key=_number)})

    def follow(self, edge: Edge) -> typed.Step:
        """One step along a relation, to a new row."""
        self.relations[f"{edge.source}.{edge.name}"] = edge
        return typed.Step(edge, self.new(edge.target))

    def attribute(self, var: typed.Var, hops: tuple[Edge, ...], field: Field) -> typed.Attribute:
        class_name = hops[-1].target if hops else var.class_name
        if not isinstance(self.schema.classes[class_name], Shape):
            self.fields[class_name, field.path, field.column] = None
        return typed.Attribute(var, hops, field)

    def beside(self, item: typed.Attribute, name: str, other: str) -> typed.Attribute | None:
        """What stands as `other` beside an attribute whose path ends in `name`, where the schema has it."""
        path, _, last = item.field.path.rpartition(".")
        class_name = item.hops[-1].target if item.hops else item.var.class_name
        field = self.schema.classes[class_name].fields.get(f"{path}.{other}")
        return self.attribute(item.var, item.hops, field) if last == name and field else None


def _number(var: typed.Var) -> int:
    return var.number
