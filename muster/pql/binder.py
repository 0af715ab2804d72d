"""Syntax tree to typed tree: names are bound to the schema, types are checked.

A mistake does not stop the work: it is noted, and the conditions beside it are still checked, so that the
author of a rule sees all of them at once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import takewhile

from muster.errors import RuleError
from muster.pql import (
    chain,
    compare,
    functions,
    items,
    lambdas,
    objects,
    operators,
    quantifiers,
    times,
    tree,
    typed,
)
from muster.pql.bound import Bound, Items, Whole, any_of, mistake
from muster.pql.paths import Route, Segment, did_you_mean, resolve
from muster.pql.scope import Definition, Scope
from muster.pql.shapes import ITEM
from muster.schema import Edge, Schema

DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}
Part = tree.Name | tree.Filter
NOTHING = typed.IsTrue(typed.Constant(True, "boolean"))


class Binder:
    """Binds one rule. `condition` is the way in; `problems` holds what was found wrong."""

    def __init__(self, schema: Schema, of: str) -> None:
        self.scope = Scope(schema, of)
        self.problems: list[RuleError] = []
        #: What each condition was written as, for whoever tells a reader about it.
        self.written: dict[typed.Condition, tree.Node] = {}

    # The three readings of a node

    def condition(self, node: tree.Node) -> typed.Condition:
        """The node as a condition; a mistake in it is noted, and the answer then means nothing."""
        try:
            with self.scope.ranging() as ranged:
                bound = self._truth(node, self.bind(node))
            found = any_of(ranged, bound)
            self.written.setdefault(found, node)
            return found
        except RuleError as error:
            self.problems.append(error)
            return NOTHING

    def value(self, node: tree.Node) -> typed.Value:
        """The node as one value; a path that flattens ranges over its rows in the condition around."""
        with self.scope.ranging() as ranged:
            bound = self.bind(node)
        if isinstance(bound, typed.Condition):
            return typed.Truth(any_of(ranged, bound))
        self.scope.range_over(*ranged)
        if isinstance(bound, typed.Value):
            return bound
        if isinstance(bound, Items):
            raise mistake(node, "an array stands where one value is expected", "use in, notIn, includes or intersects")
        if isinstance(bound, Whole):
            paths = [field.field.path for field in bound.fields]
            raise mistake(node, "an object stands where one value is expected", did_you_mean(paths))
        raise mistake(node, "a relation stands where one value is expected", "name an attribute, or use .count()")

    def collection(self, node: tree.Node) -> typed.Collection:
        """The node as related rows."""
        return self.rows(node, self.bind(node))

    def rows(self, node: tree.Node, bound: Bound) -> typed.Collection:
        """What a node was bound to, as related rows."""
        if isinstance(bound, typed.Related) and bound.hops:
            return typed.Collection(bound.var, tuple(self.scope.follow(edge) for edge in bound.hops))
        if isinstance(bound, typed.Collection):
            return bound
        if (values := items.collected(self, node, bound)) is not None:
            return values
        raise mistake(node, "rows of a relation are expected here", self.relations())

    def values(self, *nodes: tree.Node) -> list[typed.Value]:
        """Several nodes as values; mistakes are looked for in each."""
        found, problems = [], []
        for node in nodes:
            try:
                found.append(self.value(node))
            except RuleError as error:
                problems.append(error)
        if problems:
            self.problems.extend(problems[1:])
            raise problems[0]
        return found

    def _truth(self, node: tree.Node, bound: Bound) -> typed.Condition:
        match bound:
            case typed.Collection():
                return typed.Exists(bound)
            case typed.Related():
                return typed.Not(typed.Missing(bound))
            case _ if isinstance(bound, typed.Condition):
                return bound
            case _ if isinstance(bound, typed.Value) and bound.type == "boolean":
                return typed.IsTrue(bound)
            case _ if isinstance(bound, typed.Value) and not items.is_one(bound.type):
                raise mistake(node, f"{bound.type} is not a condition", "use includes, or .count() > 0")
            case _ if isinstance(bound, typed.Value):
                raise mistake(node, f"a {bound.type} is not a condition", "compare it with something")
        raise mistake(node, "this is not a condition")

    # Dispatch

    def bind(self, node: tree.Node) -> Bound:
        match node:
            case tree.Literal(_, value):
                kind = "boolean" if isinstance(value, bool) else "string" if isinstance(value, str) else "number"
                return typed.Constant(value, kind)
            case tree.ArrayLiteral():
                return self.items(node)
            case tree.Name() | tree.Attribute() | tree.Filter():
                return self._path(node)
            case tree.Logical(_, operator, operands):
                conditions = tuple(self.condition(operand) for operand in operands)
                return typed.All(conditions) if operator == "and" else typed.Any(conditions)
            case tree.Unary(_, "not", operand):
                return typed.Not(self.condition(operand))
            case tree.Unary(_, _, operand):
                return compare.arithmetic(node, "-", typed.Constant(0, "number"), self.value(operand))
            case tree.Binary():
                return operators.binary(self, node)
            case tree.Occurs():
                return times.occurs(self, node)
            case tree.Relative() | tree.Period():
                return times.point(self, node)
            case tree.Quantified():
                return quantifiers.quantified(self, node)
            case tree.PrefixAggregate():
                return quantifiers.prefix_aggregate(self, node)
            case tree.Let(_, name, value, body):
                return self._let(name, value, body)
            case tree.Chain():
                return chain.chain(self, node)
            case tree.Call():
                return functions.call(self, node)
            case tree.Method():
                return functions.method(self, node)
            case tree.Lambda():
                raise mistake(node, "a function (=>) stands where an array is gone over", "in filter, map, sum …")
            case tree.ObjectLiteral():
                raise mistake(node, "an object {…} is made for each item of an array", "write it in map, or {…}.name")
        raise mistake(node, "this cannot stand here")

    def items(self, node: tree.ArrayLiteral) -> Items:
        """A literal array."""
        return Items(tuple(self._item(item) for item in node.items))

    def _item(self, node: tree.Node) -> typed.Constant:
        value = self.value(node)
        if not isinstance(value, typed.Constant):
            raise mistake(node, "an array holds literal values only", "write text, numbers, true, false or date(…)")
        return value

    # Names given by let

    def _let(self, name: str, value: tree.Node, body: tree.Node) -> Bound:
        with self.scope.declared():
            with self.scope.ranging():
                self.bind(value)  # wrong even where it is never used
            self.scope.define(name, value)
            return self.bind(body)

    def _meaning(self, definition: Definition, path: Sequence[tree.Node], use: tree.Node) -> Bound:
        """What was defined, and the names that a use of it goes on with."""
        node = definition.node
        for part in path:
            if isinstance(part, tree.Name):
                node = tree.Attribute(part.at, node, part.name)
        with self.scope.at(definition, use):
            return self.bind(node)

    # Paths

    def _path(self, node: tree.Node) -> Bound:
        """Follow names and filters from the row where the path starts."""
        base, parts = _unwind(node)
        if definition := self.scope.definition(base):
            onward = list(takewhile(lambda part: not isinstance(part, tree.Filter), parts))
            bound = self._meaning(definition, onward, base)
            if len(onward) == len(parts):
                return bound
            return self._onward(self.rows(base, bound), parts[len(onward) :])
        if isinstance(base, tree.ObjectLiteral) and isinstance(parts[0], tree.Name):
            return self.bind(_wound(objects.entry(base, parts[0].name), parts[1:]))
        if not isinstance(base, tree.Name):
            return self._onward(self.collection(base), parts)
        given = None if base.levels else self.scope.given.get(base.name)
        if isinstance(given, tuple):
            return self._follow(given[0], [], [tree.Name(base.at, given[1]), *parts])
        if given:
            return self._onward(given(), parts)
        if not (parts or base.name in self.scope.variables or base.levels or base.quoted):
            if base.name == "now":
                return typed.Now()
            if base.name in DAYS:
                return typed.Day(DAYS[base.name])
        var, is_named = self.scope.start(base)
        return self._follow(var, [], parts if is_named else [base, *parts])

    def _onward(self, rows: typed.Collection, parts: Sequence[Part]) -> Bound:
        """From rows; of a single one, attributes are values and a relation to one leads to a single one."""
        names = [Segment.of(part.name, part.at) for part in parts if isinstance(part, tree.Name)]
        if isinstance(rows, typed.Single) and len(names) == len(parts):
            found = items.of_first(self, rows, self._resolve(rows.item, names))
            if found is not None:
                return found
        return self._follow(rows.root, list(rows.steps), parts)

    def _follow(self, var: typed.Var, steps: list[typed.Step], parts: Sequence[Part]) -> Bound:
        names: list[Segment] = []
        for part in parts:
            if isinstance(part, tree.Name):
                names.append(Segment.of(part.name, part.at))
                continue
            rows = lambdas.filtered(self, part, self._arrive(var, steps, names), names)
            var, steps, names = rows.root, list(rows.steps), []
        return self._arrive(var, steps, names)

    def _arrive(self, var: typed.Var, steps: list[typed.Step], names: Sequence[Segment]) -> Bound:
        if not steps and not names and (value := self.scope.field(var, ITEM)):
            return value
        route = self._resolve(steps[-1].item if steps else var, names)
        steps = [*steps, *map(self.scope.follow, route.edges)]
        hops = tuple(step.edge for step in steps if isinstance(step.edge, Edge) and not step.edge.many)
        if len(hops) == len(steps) and not any(step.filters for step in steps):
            if not route.fields:
                return typed.Related(var, hops, hops[-1].target if hops else var.class_name)
        else:
            collection = typed.Collection(var, tuple(steps))
            if not route.fields:
                return collection
            self.scope.range_over(collection)
            var, hops = collection.item, ()
        fields = tuple(self.scope.attribute(var, hops, field) for field in route.fields)
        return Whole(fields) if route.is_object else fields[0]

    def _resolve(self, var: typed.Var, names: Sequence[Segment]) -> Route:
        try:
            return resolve(self.scope.schema, var.class_name, names)
        except RuleError as error:
            for out, level in enumerate(reversed(self.scope.levels)):
                if out and names and var == self.scope.levels[-1] and _leads(self.scope.schema, level, names):
                    path = ".".join(name.name for name in names)
                    raise RuleError(
                        error.message, error.line, error.column, f"{level.class_name} has it: write {'^' * out}{path}"
                    ) from None
            raise

    def relations(self) -> str:
        """What the row around this place has, as a hint."""
        owner = self.scope.schema.classes[self.scope.levels[-1].class_name]
        names = list(dict.fromkeys([*owner.edges, *owner.shortcuts]))
        return f"the relations of {owner.name} are {', '.join(names)}" if names else ""


def _unwind(node: tree.Node) -> tuple[tree.Node, list[Part]]:
    """A path's first node, and the names and filters that follow it."""
    parts: list[Part] = []
    while isinstance(node, tree.Attribute | tree.Filter):
        parts.append(tree.Name(node.at, node.name) if isinstance(node, tree.Attribute) else node)
        node = node.target
    return node, parts[::-1]


def _wound(node: tree.Node, parts: Sequence[Part]) -> tree.Node:
    """A path's first node with names and filters behind it again."""
    for part in parts:
        if isinstance(part, tree.Name):
            node = tree.Attribute(part.at, node, part.name)
        else:
            node = dataclasses.replace(part, target=node)
    return node


def _leads(schema: Schema, var: typed.Var, names: Sequence[Segment]) -> bool:
    try:
        resolve(schema, var.class_name, names)
    except RuleError:
        return False
    return True
