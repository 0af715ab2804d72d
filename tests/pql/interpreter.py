"""What a rule means, worked out row by row in plain Python from its syntax tree.

Slow and straightforward, and nothing of the binder or of SQL in it: a value is the list of all values it can have
(a path through many rows has one a row), and a comparison holds where some choice of values makes it hold.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import combinations, product
from typing import Any

from muster.pql import tree
from muster.schema import Schema
from tests.pql.interpreted_times import COMPARISONS, Span, before_or_after, floor, moved, shift

MIDNIGHT = datetime.min.time()


@dataclass(frozen=True)
class Row:
    """One row of a class; two of the same key are the same row."""

    class_name: str
    key: object
    values: Mapping[str, Any] = field(compare=False)


@dataclass(frozen=True)
class Rows:
    """Rows of one class, each once."""

    class_name: str
    items: tuple[Row, ...]


@dataclass(frozen=True)
class Place:
    """What names mean somewhere in a rule: the rows around, innermost last, and the names given to rows and values."""

    levels: tuple[Row, ...]
    names: Mapping[str, Row | tuple[tree.Node, Place]] = field(default_factory=dict)
    times: Mapping[str, datetime | date | None] = field(default_factory=dict)

    def inside(self, row: Row) -> Place:
        return replace(self, levels=(*self.levels, row))

    def naming(self, name: str, what: Row | tuple[tree.Node, Place]) -> Place:
        return replace(self, names={**self.names, name: what})


class Interpreter:
    """Rules over `tables`: class → rows, each a mapping of columns."""

    def __init__(self, schema: Schema, tables: Mapping[str, Sequence[Mapping[str, Any]]], now: datetime) -> None:
        self.schema, self.now = schema, now
        self.rows = {
            name: [Row(name, values[schema.classes[name].key], values) for values in rows]
            for name, rows in tables.items()
        }

    def members(self, node: tree.Node, class_name: str) -> list[Any]:
        return sorted(row.key for row in self.rows[class_name] if self.holds(node, Place((row,))))

    # Conditions

    def holds(self, node: tree.Node, at: Place) -> bool:
        match node:
            case tree.Logical(_, "and", operands):
                return all(self.holds(operand, at) for operand in operands)
            case tree.Logical(_, _, operands):
                return any(self.holds(operand, at) for operand in operands)
            case tree.Unary(_, "not", operand):
                return not self.holds(operand, at)
            case tree.Binary(_, ("in" | "notin") as word, left, right):
                return self._is_in(left, right, at, negated=word == "notin")
            case tree.Binary(_, sign, left, right) if sign in COMPARISONS:
                return any(
                    self._compares(sign, a, b) for a, b in product(self.values(left, at), self.values(right, at))
                )
            case tree.Occurs(_, subject, when):
                return any(self._occurs(moment, when, at) for moment in self.values(subject, at))
            case tree.Quantified(_, kind, declarations):
                return self._quantified(kind, declarations, at)
            case tree.Chain():
                return self._chain(node, at)
            case tree.Let(_, name, value, body):
                return self.holds(body, at.naming(name, (value, at)))
            case tree.Method(_, target, "exists", (condition,)):
                return any(self.holds(condition, at.inside(row)) for row in self._rows(target, at))
            case tree.Method(_, target, ("isNull" | "isNotNull") as word, _):
                found = self.bind(target, at)
                if isinstance(found, Rows):
                    return (not found.items) == (word == "isNull")
                return any((value is None) == (word == "isNull") for value in found)
            case tree.Method(_, target, ("contains" | "doesNotContain") as word, (text,)):
                pairs = product(self.values(target, at), self.values(text, at))
                return any(None not in (a, b) and (b in a) == (word == "contains") for a, b in pairs)
            case tree.Name(_, name, 0) if isinstance(named := at.names.get(name), tuple):
                return self.holds(named[0], named[1])
        found = self.bind(node, at)
        return bool(found.items) if isinstance(found, Rows) else any(value is True for value in found)

    def _compares(self, sign: str, a: Any, b: Any) -> bool:
        if a is None or b is None:
            return False
        if isinstance(a, Span) or (isinstance(b, Span) and not isinstance(a, date)):
            raise AssertionError("times stand on the left as attributes only")
        if isinstance(b, Span):
            return before_or_after(sign, a, b)
        if isinstance(a, date) and isinstance(b, date) and type(a) is not type(b):
            return before_or_after(sign, a, self._span(b))
        return COMPARISONS[sign](a, b)

    def _is_in(self, left: tree.Node, right: tree.Node, at: Place, *, negated: bool) -> bool:
        several = self.values(right, at) if not isinstance(right, tree.ArrayLiteral) else None
        if several is None:
            assert isinstance(right, tree.ArrayLiteral)
            several = [value for item in right.items for value in self.values(item, at)]
        known = [value for value in self.values(left, at) if value is not None]
        return any((value in several) != negated for value in known)

    # Times

    def _occurs(self, moment: datetime | date | None, when: tree.Node, at: Place) -> bool:
        if moment is None:
            return False
        match when:
            case tree.Side(_, direction, anchor):
                return self._meets("<" if direction == "before" else ">", moment, anchor, at)
            case tree.On(_, anchor):
                return self._meets("=", moment, anchor, at)
            case tree.Between(_, low, high):
                return self._meets(">=", moment, low, at) and self._meets("<=", moment, high, at)
            case tree.Distance(_, sign, amount, unit, direction, anchor):
                span = self._time(anchor, at)
                if span is None:
                    return False
                far = moved(span, amount, unit, direction)
                if sign in ("=", "!="):
                    start = floor(far.start, unit)
                    return before_or_after(sign, moment, Span(start, shift(start, 1, unit)))
                if direction == "before":
                    beyond = before_or_after({"<": ">", "<=": ">=", ">": "<", ">=": "<="}[sign], moment, far)
                    near = before_or_after("<=" if span.end is None else "<", moment, span)
                else:
                    beyond = before_or_after(sign, moment, far)
                    near = before_or_after(">=" if span.end is None else ">", moment, span)
                return beyond and (near or sign in (">", ">="))
        raise AssertionError(when)

    def _meets(self, sign: str, moment: datetime | date, anchor: tree.Node, at: Place) -> bool:
        span = self._time(anchor, at)
        return span is not None and before_or_after(sign, moment, span)

    def _time(self, node: tree.Node, at: Place) -> Span | None:
        (value,) = self.values(node, at)
        return value if isinstance(value, Span) or value is None else self._span(value)

    def _span(self, value: datetime | date) -> Span:
        if isinstance(value, datetime):
            return Span(value)
        start = datetime.combine(value, MIDNIGHT)
        return Span(start, shift(start, 1, "day"))

    # Values

    def values(self, node: tree.Node, at: Place) -> list[Any]:
        """All values that a node can have at a place; None is the unknown."""
        found = self.bind(node, at)
        assert not isinstance(found, Rows)
        return found

    def bind(self, node: tree.Node, at: Place) -> Rows | list[Any]:
        match node:
            case tree.Literal(_, value):
                return [value]
            case tree.Name(_, name, 0) if name in at.times:
                return [at.times[name]]
            case tree.Name(_, name, 0) if isinstance(named := at.names.get(name), tuple):
                return self.bind(*named)
            case tree.Name(_, "now", 0):
                return [Span(self.now)]
            case tree.Name(_, ("today" | "yesterday") as day, 0):
                return [self._span(self.now.date() - timedelta(days=day == "yesterday"))]
            case tree.Period(_, offset, unit):
                start = shift(floor(self.now, unit), offset, unit)
                return [Span(start, shift(start, 1, unit))]
            case tree.Relative(_, amount, unit, direction, anchor):
                span = self._time(anchor, at)
                return [None if span is None else moved(span, amount, unit, direction)]
            case tree.Name() | tree.Attribute() | tree.Filter():
                return self._path(node, at)
            case tree.Unary(_, "-", operand):
                return [None if value is None else -value for value in self.values(operand, at)]
            case tree.Binary(_, sign, left, right) if sign not in COMPARISONS and sign not in ("in", "notin"):
                pairs = product(self.values(left, at), self.values(right, at))
                return [calculated(sign, a, b) for a, b in pairs]
            case tree.Call(_, "if", (test, then, otherwise)):
                return self.values(then if self.holds(test, at) else otherwise, at)
            case tree.Call(_, "date", (year, month, day)):
                numbers = [item.value for item in (year, month, day) if isinstance(item, tree.Literal)]
                return [self._span(date(*map(int, numbers)))]
            case tree.Method(_, target, "count", ()):
                return [len(self._rows(target, at))]
            case tree.Method(_, target, ("sum" | "min" | "max" | "average") as function, (value,)):
                return [aggregated(function, [self.values(value, at.inside(row))[0] for row in self._rows(target, at)])]
            case tree.PrefixAggregate(_, function, value, declarations):
                return [self._prefix(function, value, declarations, at)]
            case tree.Quantified(_, "select", declarations):
                last = declarations[-1].name
                found = dict.fromkeys(place.names[last] for place in self._ways(declarations, at))
                return Rows("", tuple(row for row in found if isinstance(row, Row)))
        return [self.holds(node, at)]

    def _rows(self, node: tree.Node, at: Place) -> tuple[Row, ...]:
        found = self.bind(node, at)
        assert isinstance(found, Rows), node
        return found.items

    def _prefix(self, function: str, value: tree.Node, declarations: Sequence[tree.Declaration], at: Place) -> Any:
        ways = self._ways(declarations, at)
        last = declarations[-1].name
        spoken = [item.name for item in declarations if item.name == last or item.name in names_in(value)]
        once = {tuple(place.names[name] for name in spoken): place for place in ways}
        if function == "count":
            return len({place.names[last] for place in once.values()})  # type: ignore[misc]
        return aggregated(function, [self.values(value, place)[0] for place in once.values()])

    # Paths

    def _path(self, node: tree.Node, at: Place) -> Rows | list[Any]:
        parts: list[tree.Node] = []
        while isinstance(node, tree.Attribute | tree.Filter):
            parts.insert(0, node)
            node = node.target
        names: list[str] = []
        if isinstance(node, tree.Name):
            named = at.names.get(node.name) if not node.levels else None
            if isinstance(named, Row):
                rows = Rows(named.class_name, (named,))
            elif named is not None:
                found = self.bind(*named)
                assert isinstance(found, Rows)
                rows = found
            else:
                row = at.levels[0] if node.name == "$1" else at.levels[-1 - node.levels]
                rows, names = Rows(row.class_name, (row,)), [] if node.name == "$1" else [node.name]
        else:
            found = self.bind(node, at)
            assert isinstance(found, Rows)
            rows = found
        is_row = isinstance(node, tree.Name) and not any(isinstance(part, tree.Filter) for part in parts)
        for part in parts:
            if isinstance(part, tree.Filter):
                found = self._walk(rows, names)
                assert isinstance(found, Rows)
                kept = [row for row in found.items if self.holds(part.predicate, at.inside(row))]
                rows, names = Rows(found.class_name, tuple(kept)), []
            else:
                assert isinstance(part, tree.Attribute)
                names.append(part.name)
        found = self._walk(rows, names)
        if found == [] and is_row and len(rows.items) == 1 and not self._many(rows.class_name, names):
            return [None]
        return found

    def _walk(self, rows: Rows, names: Sequence[str]) -> Rows | list[Any]:
        """The rows or the values at the end of a path; a value is told once for each row that has it."""
        if not names:
            return rows
        owner = self.schema.classes[rows.class_name]
        if attribute := owner.fields.get(".".join(names)):
            return [row.values[attribute.column] for row in rows.items]
        name, rest = self._step(rows.class_name, names)
        edge = owner.edges[name]
        values = [row.values[edge.from_column] for row in rows.items]
        onward = [
            row
            for value in values
            if value is not None
            for row in self.rows[edge.target]
            if row.values[edge.to_column] == value
        ]
        return self._walk(Rows(edge.target, tuple(dict.fromkeys(onward))), rest)

    def _step(self, class_name: str, names: Sequence[str]) -> tuple[str, list[str]]:
        """The relation that a path begins with, shortcuts written out, and what is left of it."""
        owner = self.schema.classes[class_name]
        if names[0] in owner.edges:
            return names[0], list(names[1:])
        return self._step(class_name, [*owner.shortcuts[names[0]].split("."), *names[1:]])

    def _many(self, class_name: str, names: Sequence[str]) -> bool:
        owner = self.schema.classes[class_name]
        if not names or ".".join(names) in owner.fields:
            return False
        name, rest = self._step(class_name, names)
        return owner.edges[name].many or self._many(owner.edges[name].target, rest)

    # Several rows at once

    def _quantified(self, kind: str, declarations: Sequence[tree.Declaration], at: Place) -> bool:
        first, rest = declarations[0], declarations[1:]
        rows = [(row, at.naming(first.name, row)) for row in self._rows(first.source, at)]

        def meets(place: Place, inner: str) -> bool:
            here = first.where is None or self.holds(first.where, place)
            return here and (not rest or self._quantified(inner, rest, place))

        match kind:
            case "forall" | "all":
                return all(meets(place, "all") for _, place in rows)
            case "none":
                return not any(meets(place, "some") for _, place in rows)
            case "one":
                return sum(meets(place, "some") for _, place in rows) == 1
        return any(meets(place, "some") for _, place in rows)

    def _ways(self, declarations: Sequence[tree.Declaration], at: Place) -> Iterator[Place]:
        """Every choice of rows for the variables that meets all their conditions."""
        if not declarations:
            yield at
            return
        first = declarations[0]
        for row in self._rows(first.source, at):
            place = at.naming(first.name, row)
            if first.where is None or self.holds(first.where, place):
                yield from self._ways(declarations[1:], place)

    def _chain(self, node: tree.Chain, at: Place) -> bool:
        timed = [(self.values(node.time, at.inside(row))[0], row) for row in self._rows(node.rows, at)]
        ordered = sorted((pair for pair in timed if pair[0] is not None), key=lambda pair: (pair[0], pair[1].key))
        return self._continues(node.items, ordered, at)

    def _continues(self, items: Sequence[tree.ChainItem], rows: Sequence[tuple[Any, Row]], at: Place) -> bool:
        if not items:
            return True
        item = items[0]

        def fits(time: Any, row: Row) -> bool:
            place = replace(at.naming(item.name, row), times={**at.times, item.name: time}).inside(row)
            conditions = [condition for condition in (item.what, item.where) if condition]
            when = item.when is None or self._occurs(time, item.when, place)
            return when and all(self.holds(condition, place) for condition in conditions)

        fitting = [index for index, (time, row) in enumerate(rows) if fits(time, row)]
        for chosen in combinations(fitting, item.count or 1):
            time, row = rows[chosen[-1]]
            place = replace(at.naming(item.name, row), times={**at.times, item.name: time})
            if self._continues(items[1:], rows[chosen[-1] + 1 :], place):
                return True
        return False


def names_in(node: object) -> set[str]:
    """Every bare name in a tree."""
    if isinstance(node, tuple):
        return set().union(*map(names_in, node)) if node else set()
    if isinstance(node, tree.Name):
        return {node.name}
    if isinstance(node, tree.Node):
        return set().union(*(names_in(value) for value in vars(node).values()))
    return set()


def calculated(sign: str, a: float | None, b: float | None) -> float | None:
    if a is None or b is None or (sign in "/%" and b == 0):
        return None
    signs = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "%": math.fmod}
    return signs[sign](a, b)


def aggregated(function: str, values: Sequence[Any]) -> Any:
    known = [value for value in values if value is not None]
    match function:
        case "sum":
            return sum(known)
        case "count":
            return len(values)
        case "average":
            return sum(known) / len(known) if known else None
    return (min if function == "min" else max)(known) if known else None
