"""Syntax tree to typed tree: names are bound to the schema, types are checked.

A mistake does not stop the work: it is noted, and the conditions beside it are still checked, so that the
author of a rule sees all of them at once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from muster.errors import RuleError
from muster.pql import compare, functions, times, tree, typed
from muster.pql.bound import Bound, Items, Whole, any_of, mistake, not_yet
from muster.pql.paths import Route, Segment, did_you_mean, resolve
from muster.pql.scope import Scope
from muster.schema import Schema

DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}
NOT_YET: dict[type[tree.Node], str] = {
    tree.Lambda: "a function (=>)",
    tree.Let: "let … in",
    tree.ObjectLiteral: "an object literal {…}",
    tree.Chain: "CHAIN",
}
NOTHING = typed.IsTrue(typed.Constant(True, "boolean"))


class Binder:
    """Binds one rule. `condition` is the way in; `problems` holds what was found wrong."""

    def __init__(self, schema: Schema, of: str) -> None:
        self.scope = Scope(schema, of)
        self.problems: list[RuleError] = []

    # The three readings of a node

    def condition(self, node: tree.Node) -> typed.Condition:
        """The node as a condition; a mistake in it is noted, and the answer then means nothing."""
        try:
            with self.scope.ranging() as ranged:
                bound = self._truth(node, self.bind(node))
            return any_of(ranged, bound)
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
        if isinstance(bound, Items) or (isinstance(bound, typed.Attribute) and bound.type.startswith("array")):
            raise not_yet(node, "going over the items of an array of values")
        raise mistake(node, "rows of a relation are expected here", self._relations())

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
                return compare.binary(self, node)
            case tree.Occurs():
                return times.occurs(self, node)
            case tree.Relative() | tree.Period():
                return times.point(self, node)
            case tree.Quantified(_, "select", declarations):
                with self.scope.declared():
                    return self._joined(declarations)
            case tree.Quantified(_, kind, _) if kind not in ("exists", "forall"):
                raise not_yet(node, f"the quantifier {kind}")
            case tree.Quantified(_, kind, declarations):
                with self.scope.declared():
                    return self._quantified(kind, declarations)
            case tree.PrefixAggregate():
                with self.scope.declared():
                    rows = self._joined(node.declarations)
                    return functions.aggregate(self, node.function, rows, node.value)
            case tree.Call():
                return functions.call(self, node)
            case tree.Method():
                return functions.method(self, node)
            case _ if (form := NOT_YET.get(type(node))) is not None:
                raise not_yet(node, form)
        raise mistake(node, "this cannot stand here")

    def items(self, node: tree.ArrayLiteral) -> Items:
        """A literal array."""
        return Items(tuple(self._item(item) for item in node.items))

    def _item(self, node: tree.Node) -> typed.Constant:
        value = self.value(node)
        if not isinstance(value, typed.Constant):
            raise mistake(node, "an array holds literal values only", "write text, numbers, true, false or date(…)")
        return value

    # Paths

    def _path(self, node: tree.Node) -> Bound:
        """Follow names and filters from the row where the path starts."""
        base, parts = _unwind(node)
        var, steps = self._start(base)
        if isinstance(base, tree.Name):
            if not parts and not steps and base.name not in self.scope.variables and not base.levels:
                if base.name == "now":
                    return typed.Now()
                if base.name in DAYS:
                    return typed.Day(DAYS[base.name])
            if not self.scope.start(base)[1]:
                parts.insert(0, base)
        names: list[Segment] = []
        for part in parts:
            if isinstance(part, tree.Filter):
                steps += self._steps(names, steps[-1].item if steps else var, part)
                names = []
                if not steps:
                    raise mistake(part, "only the rows of a relation can be filtered", self._relations())
                with self.scope.inside(steps[-1].item):
                    steps[-1] = dataclasses.replace(
                        steps[-1], filters=(*steps[-1].filters, self.condition(part.predicate))
                    )
            else:
                names.append(Segment(part.name, part.at))
        return self._arrive(var, steps, names)

    def _start(self, base: tree.Node) -> tuple[typed.Var, list[typed.Step]]:
        if isinstance(base, tree.Name):
            return self.scope.start(base)[0], []
        collection = self.collection(base)
        return collection.root, list(collection.steps)

    def _steps(self, names: Sequence[Segment], var: typed.Var, node: tree.Filter) -> list[typed.Step]:
        route = self._resolve(var, names)
        if route.fields:
            if route.fields[0].type.startswith("array"):
                raise not_yet(node, "a filter on an array of values")
            raise mistake(node, f"{names[-1].name} is not a relation, so it cannot be filtered")
        return [self.scope.follow(edge) for edge in route.edges]

    def _arrive(self, var: typed.Var, steps: list[typed.Step], names: Sequence[Segment]) -> Bound:
        route = self._resolve(steps[-1].item if steps else var, names)
        steps += [self.scope.follow(edge) for edge in route.edges]
        hops = tuple(step.edge for step in steps)
        if not any(edge.many for edge in hops) and not any(step.filters for step in steps):
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

    def _relations(self) -> str:
        owner = self.scope.schema.classes[self.scope.levels[-1].class_name]
        names = list(dict.fromkeys([*owner.edges, *owner.shortcuts]))
        return f"the relations of {owner.name} are {', '.join(names)}" if names else ""

    # Quantifiers

    def _declare(self, declaration: tree.Declaration) -> typed.Collection:
        rows = self.collection(declaration.source)
        self.scope.variables[declaration.name] = rows.item
        return rows

    def _declared(self, declaration: tree.Declaration) -> typed.Collection:
        rows = self._declare(declaration)
        return rows.where(self.condition(declaration.where)) if declaration.where else rows

    def _quantified(self, kind: str, declarations: Sequence[tree.Declaration]) -> typed.Condition:
        """Each further declaration is a condition on the rows of the one before."""
        first, rest = declarations[0], declarations[1:]
        rows = self._declare(first)
        conditions = [self.condition(first.where)] if first.where else []
        if rest:
            conditions.append(self._quantified(kind, rest))
        if kind == "exists":
            return typed.Exists(rows.where(*conditions))
        return typed.Not(typed.Exists(rows.where(typed.Not(typed.All(tuple(conditions))))))

    def _joined(self, declarations: Sequence[tree.Declaration]) -> typed.Collection:
        """The rows of the last variable, reached over those before it."""
        joined = self._declared(declarations[0])
        for declaration in declarations[1:]:
            rows = self._declared(declaration)
            if rows.root != joined.item:
                raise mistake(
                    declaration,
                    f"{declaration.name} does not start from the variable before it",
                    "go on from that variable, or use exists",
                )
            joined = typed.Collection(joined.root, joined.steps + rows.steps)
        return joined


def _unwind(node: tree.Node) -> tuple[tree.Node, list[tree.Name | tree.Attribute | tree.Filter]]:
    """A path's first node, and the names and filters that follow it."""
    parts: list[tree.Name | tree.Attribute | tree.Filter] = []
    while isinstance(node, tree.Attribute | tree.Filter):
        parts.append(node)
        node = node.target
    return node, parts[::-1]


def _leads(schema: Schema, var: typed.Var, names: Sequence[Segment]) -> bool:
    try:
        resolve(schema, var.class_name, names)
    except RuleError:
        return False
    return True
