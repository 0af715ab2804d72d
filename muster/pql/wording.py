"""Typed conditions in words: the rule's own language, with every name as the schema has it.

What is written is what was understood: variables are gone, and literals stand as they were
converted. Meant for readers; a text that can be parsed again is the printer's work.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from muster.pql import tree, typed
from muster.pql.printer import print_rule
from muster.pql.typed_arrays import MapGet, MapKeys, Place
from muster.pql.typed_text import RegexGroup
from muster.schema import Edge, Schema

TESTS = {"equals": "="}
FUNCTIONS = {"month": "getMonth", "year": "getYear", "day": "getDayOfMonth"}
CURRENT = {"month": "currentMonth()", "year": "currentYear()", "day": "currentDayOfMonth()"}
DAYS = {0: "today", -1: "yesterday", 1: "tomorrow"}
#: Values that are told best as they were written.
UNTOLD = (typed.Chain, typed.If, typed.Read, MapGet, MapKeys, Place, RegexGroup)
PERIODS = {0: "this", -1: "last", 1: "next"}


@dataclass(frozen=True)
class Wording:
    """How to put things: `schema` knows the shortcuts, `brief` leaves the conditions on rows out (`…`).

    `written` is what conditions were in the text: those that have no wording here are told so.
    """

    schema: Schema | None = None
    brief: bool = False
    written: Mapping[typed.Condition, tree.Node] = field(default_factory=dict, repr=False)

    def condition(self, node: typed.Condition, here: typed.Var | None = None) -> str:
        """A condition on one line; names of the row `here` (default: of any row) stand bare."""
        return _Words(self, here).condition(node)

    def value(self, node: typed.Value, here: typed.Var | None = None) -> str:
        """A value on one line."""
        return _Words(self, here).value(node)

    def collection(self, rows: typed.Collection, here: typed.Var | None = None) -> str:
        """`opportunityPersons.opportunity`, without the filters of the last relation."""
        return _Words(self, here).path(rows)


class _Words:
    def __init__(self, told: Wording, here: typed.Var | None) -> None:
        self.told, self.here = told, here

    def condition(self, node: typed.Condition) -> str:
        if not is_worded(node) and (written := self.told.written.get(node)) is not None:
            return print_rule(written)
        match node:
            case typed.All(conditions):
                return " and ".join(map(self._closed, conditions)) or "true"
            case typed.Any(conditions):
                return " or ".join(map(self._closed, conditions)) or "false"
            case typed.Not(typed.IsNull(operand)):
                return f"{self.value(operand)} is known"
            case typed.Not(typed.Missing(row)):
                return f"there is {self._row(row)}"
            case typed.Not(typed.Exists(rows)) if (told := for_all(rows)) is not None:
                return self._quantified("forall", rows.steps[-1].filters[:-1], rows, told)
            case typed.Not(negated):
                return f"not {self._closed(negated)}"
            case typed.IsTrue(operand):
                return self.value(operand)
            case typed.IsNull(operand):
                return f"{self.value(operand)} is not known"
            case typed.Missing(row):
                return f"there is no {self._row(row)}"
            case typed.Compare(operator, left, right) | typed.CompareTime(operator, left, right):
                return f"{self.value(left)} {operator} {self.value(right)}"
            case typed.Within(subject, low, high):
                return f"{self.value(subject)} occurs between {self.value(low)} and {self.value(high)}"
            case typed.Distance(subject, operator, amount, unit, direction, anchor):
                span = _span(amount, unit)
                return f"{self.value(subject)} occurs {operator} {span} {direction} {self.value(anchor)}"
            case typed.StringTest():
                return self._string_test(node)
            case typed.Like(subject, pattern):
                return f"{self.value(subject)} like {_text(pattern)}"
            case typed.Matches(subject, pattern):
                return f"{self.value(subject)} matches {_text(pattern)}"
            case typed.InList(subject, items, negated):
                listed = ", ".join(map(self.value, items))
                return f"{self.value(subject)} {'notIn' if negated else 'in'} [{listed}]"
            case typed.InArray(subject, array, negated):
                return f"{self.value(subject)} {'notIn' if negated else 'in'} {self.value(array)}"
            case typed.Exists(rows):
                return self._quantified("exists", (), rows, rows.steps[-1].filters)
            case typed.Chain(rows, items):
                return f"CHAIN over {self.path(rows)}: {', then '.join(map(self._item, items))}"
            case typed.InSegment(row, name):
                of = f"{self._row(row)}." if row.hops or not self._is_here(row.var) else ""
                return f"{of}inSegment({_text(name)})"
        return _other(node)

    def value(self, node: typed.Value) -> str:
        match node:
            case typed.Constant(constant, "date" | "timestamp"):
                return str(constant)
            case typed.Constant(constant):
                return _text(constant) if isinstance(constant, str) else _number(constant)
            case typed.Attribute(var, hops, field):
                return ".".join([*self._owner(var), *(edge.name for edge in hops), field.path])
            case typed.Arithmetic(operator, left, right):
                return f"{self._operand(left)} {operator} {self._operand(right)}"
            case typed.DatePart(part, operand):
                return f"{self.value(operand)}.{FUNCTIONS[part]}()"
            case typed.ArraySize(operand):
                return f"{self.value(operand)}.count()"
            case typed.Aggregate():
                return self._aggregate(node)
            case typed.Truth(condition):
                return f"({self.condition(condition)})"
            case typed.Organisation():
                return "the organisation's currency"
            case typed.Now():
                return "now"
            case typed.CurrentPart(part):
                return CURRENT[part]
            case typed.Day(offset):
                return DAYS[offset]
            case typed.Period(offset, unit):
                return f"{PERIODS[offset]} {unit}"
            case typed.Shifted(amount, unit, direction, anchor):
                return f"{_span(amount, unit)} {direction} {self.value(anchor)}"
        return _other(node)

    def path(self, rows: typed.Collection) -> str:
        """Relations with the filters of all but the last."""
        names = self._owner(rows.root)
        unfiltered: list[Edge] = []
        for step in rows.steps:
            if not isinstance(step.edge, Edge):  # the items of something else than a relation
                return ".".join([*names, _other(step.edge)])
            unfiltered.append(step.edge)
            if step.filters and step is not rows.steps[-1]:
                names += [f"{_relations(unfiltered, self.told.schema)}[{self._inner(step.item).joined(step.filters)}]"]
                unfiltered = []
        return ".".join([*names, *([_relations(unfiltered, self.told.schema)] if unfiltered else [])])

    def _inner(self, item: typed.Var) -> _Words:
        return _Words(self.told, item)

    def _quantified(
        self,
        kind: str,
        among: Sequence[typed.Condition],
        rows: typed.Collection,
        conditions: Sequence[typed.Condition],
    ) -> str:
        path, inner = self.path(rows), self._inner(rows.item)
        path += f"[{told}]" if (told := inner.joined(among)) else ""
        asked = inner.joined(conditions)
        return f"{kind} {path} where {asked}" if asked else f"{kind} {path}"

    def _aggregate(self, node: typed.Aggregate) -> str:
        rows = node.collection
        filters = self._inner(rows.item).joined(rows.steps[-1].filters)
        measured = self._inner(rows.item).value(node.value) if node.value else ""
        return f"{self.path(rows)}{f'[{filters}]' if filters else ''}.{node.function}({measured})"

    def joined(self, conditions: Sequence[typed.Condition]) -> str:
        told = shown(conditions)
        return "…" if told and self.told.brief else " and ".join(map(self._closed, told))

    def _owner(self, var: typed.Var) -> list[str]:
        """Nothing for the row at hand, else its class as a name of its own."""
        return [] if self._is_here(var) else [f"${var.class_name}"]

    def _is_here(self, var: typed.Var) -> bool:
        return self.here is None or var == self.here

    def _row(self, row: typed.Related) -> str:
        return ".".join([*self._owner(row.var), *(edge.name for edge in row.hops)]) or row.class_name

    def _string_test(self, node: typed.StringTest) -> str:
        kind = TESTS.get(node.kind, node.kind)
        told = f"{self.value(node.subject)} {kind} {self.value(node.argument)}"
        told += "" if node.match_case else " (case apart)"
        return f"not ({told})" if node.negated else told

    def _item(self, item: typed.Item) -> str:
        times = f", {item.count} times" if item.count > 1 else ""
        return f"({self._inner(item.row).condition(item.condition)}{times})"

    def _closed(self, node: typed.Condition) -> str:
        told = self.condition(node)
        return f"({told})" if isinstance(node, typed.All | typed.Any | typed.Exists) and " " in told else told

    def _operand(self, node: typed.Value) -> str:
        told = self.value(node)
        return f"({told})" if isinstance(node, typed.Arithmetic) else told


def _relations(edges: Sequence[Edge], schema: Schema | None) -> str:
    """The names of relations one after the other, the longest shortcuts first."""
    names: list[str] = []
    left = list(edges)
    while left:
        shortcuts = schema.classes[left[0].source].shortcuts if schema else {}
        fitting = {
            name: path.split(".") for name, path in shortcuts.items()
            if [edge.name for edge in left[: len(path.split("."))]] == path.split(".")
        }  # fmt: skip
        name = max(fitting, key=lambda item: len(fitting[item]), default="")
        names.append(name or left[0].name)
        left = left[len(fitting[name]) if name else 1 :]
    return ".".join(names)


def is_worded(node: typed.Condition) -> bool:
    """Whether everything in a condition has a wording here: it goes over relations only, and compares what is told."""
    return all(
        isinstance(part.edge, Edge) if isinstance(part, typed.Step) else not isinstance(part, UNTOLD)
        for part in typed.walk(node)
    )


def shown(conditions: Sequence[typed.Condition]) -> list[typed.Condition]:
    """Conditions as the author wrote them: flat, and without the one on currencies that every sum has."""
    flat: list[typed.Condition] = []
    for item in conditions:
        flat += shown(item.conditions) if isinstance(item, typed.All) else [item]
    return [item for item in flat if not _on_currency(item)]


def _on_currency(condition: typed.Condition) -> bool:
    nodes = list(typed.walk(condition))
    is_asked = any(isinstance(node, typed.Organisation) for node in nodes)
    return is_asked and not any(isinstance(node, typed.Collection) for node in nodes)


def for_all(rows: typed.Collection) -> Sequence[typed.Condition] | None:
    """The conditions of a `forall` over `rows`, which is bound as: there is no row that fails them."""
    last = rows.steps[-1].filters
    if last and isinstance(last[-1], typed.Not) and isinstance(last[-1].condition, typed.All):
        return last[-1].condition.conditions
    return None


def _span(amount: int, unit: str) -> str:
    plural = {"century": "centuries", "millennium": "millennia"}.get(unit, f"{unit}s")
    return f"{amount} {unit if amount == 1 else plural}"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _number(number: float) -> str:
    if isinstance(number, bool):
        return str(number).lower()
    return str(int(number)) if float(number).is_integer() else str(number)


def _other(node: object) -> str:
    """A kind that has no wording here: its name, and the attributes that it reads."""
    read = dict.fromkeys(item.field.path for item in typed.attributes(node))
    return f"{type(node).__name__} of {', '.join(read)}" if read else type(node).__name__
