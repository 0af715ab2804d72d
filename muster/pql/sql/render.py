"""Conditions and values as SQL.

SQL's three-valued logic stays as it is where null may count as false anyway; only below `not`, and where a
condition is used as a value, is it cut to true and false. A collection becomes EXISTS, or, aggregated, one
grouped query joined by its key; where an aggregate looks at rows outside itself, a correlated query.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from sqlglot import exp

from muster.pql import typed
from muster.pql.sql.frame import Aliases, Frame, column, table
from muster.pql.sql.reach import distinct_items, no_rows
from muster.pql.sql.text import like, literal, matches, string_test
from muster.pql.sql.times import OPERATORS, Times
from muster.schema import Edge, Schema

ARITHMETIC: dict[str, type[exp.Binary]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul, "/": exp.Div, "%": exp.Mod}
PARTS: dict[str, type[exp.Func]] = {"month": exp.Month, "year": exp.Year, "day": exp.Day}
AGGREGATES: dict[str, type[exp.AggFunc]] = {"sum": exp.Sum, "min": exp.Min, "max": exp.Max, "average": exp.Avg}
MEMBER = "_ord"


class Renderer:
    """Renders one rule; `now` is naive UTC, `segment_table` names the relation that holds an audience's members."""

    def __init__(self, schema: Schema, now: datetime, currency: str, segment_table: Callable[[str], str]) -> None:
        self._schema, self._currency, self._segment_table = schema, currency, segment_table
        self._aliases = Aliases()
        self._times = Times(now, self.value)
        self._rows: dict[typed.Var, tuple[Frame, str]] = {}

    def members(self, root: typed.Var, condition: typed.Condition) -> exp.Select:
        """The keys of all rows of the root's class for which `condition` holds."""
        frame = Frame(self._schema, self._aliases, root.class_name)
        self._rows[root] = (frame, frame.alias)
        frame.conditions.append(self.condition(condition))
        return frame.select(column(frame.alias, self._schema.classes[root.class_name].key))

    # Conditions

    def condition(self, condition: typed.Condition) -> exp.Expr:
        match condition:
            case typed.All(conditions):
                return exp.and_(*map(self.condition, conditions), copy=False) if conditions else exp.true()
            case typed.Any(conditions):
                return exp.or_(*map(self.condition, conditions), copy=False) if conditions else exp.false()
            case typed.Not(negated):
                return self._not(negated)
            case typed.IsTrue(operand):
                return self.value(operand)
            case typed.IsNull(operand):
                return exp.Is(this=self.value(operand), expression=exp.null())
            case typed.Missing(row):
                key = column(self._alias(row.var, row.hops), self._schema.classes[row.class_name].key)
                return exp.Is(this=key, expression=exp.null())
            case typed.Compare(operator, left, right):
                if (rows := no_rows(condition)) is not None:
                    return self.condition(rows)
                return OPERATORS[operator](this=self.value(left), expression=self.value(right))
            case typed.CompareTime():
                return self._times.compare(condition)
            case typed.Within():
                return self._times.within(condition)
            case typed.Distance():
                return self._times.distance(condition)
            case typed.StringTest():
                return string_test(condition, self.value(condition.subject), self.value(condition.argument))
            case typed.Like(subject, pattern):
                return like(self.value(subject), pattern)
            case typed.Matches(subject, pattern):
                return matches(self.value(subject), pattern)
            case typed.InList():
                return self._in_list(condition)
            case typed.InArray(subject, array, negated):
                member = exp.ArrayContains(this=self.value(array), expression=self.value(subject))
                return exp.not_(member, copy=False) if negated else member
            case typed.Exists(collection):
                return exp.Exists(this=self._linked(collection)[0].select(exp.Literal.number(1)))
            case typed.InSegment(row, name):
                return self._in_segment(row, name)
        assert_never(condition)

    def _not(self, condition: typed.Condition) -> exp.Expr:
        """Pushed down to single conditions, so that engines see `not exists` as such."""
        match condition:
            case typed.All(conditions):
                return self.condition(typed.Any(tuple(map(typed.Not, conditions))))
            case typed.Any(conditions):
                return self.condition(typed.All(tuple(map(typed.Not, conditions))))
            case typed.Not(twice):
                return self.condition(twice)
        return exp.not_(self._two_valued(condition), copy=False)

    def _two_valued(self, condition: typed.Condition) -> exp.Expr:
        rendered = self.condition(condition)
        if not may_be_null(condition):
            return rendered
        return exp.Coalesce(this=rendered, expressions=[exp.false()])

    def _in_list(self, condition: typed.InList) -> exp.Expr:
        subject = self.value(condition.subject)
        if not condition.items:
            known = exp.not_(exp.Is(this=subject, expression=exp.null()), copy=False)
            return known if condition.negated else exp.false()
        member = exp.In(this=subject, expressions=[self.value(item) for item in condition.items])
        return exp.not_(member, copy=False) if condition.negated else member

    def _in_segment(self, row: typed.Related, name: str) -> exp.Expr:
        alias = self._aliases.new("segment")
        key = column(self._alias(row.var, row.hops), self._schema.classes[row.class_name].key)
        query = exp.Select(expressions=[exp.Literal.number(1)]).from_(table(self._segment_table(name), alias))
        return exp.Exists(this=query.where(column(alias, MEMBER).eq(key)))

    # Values

    def value(self, value: typed.Value) -> exp.Expr:
        match value:
            case typed.Constant(constant, kind):
                return literal(constant, kind)
            case typed.Attribute(var, hops, field):
                return column(self._alias(var, hops), field.column)
            case typed.Arithmetic(operator, left, right):
                return self._arithmetic(operator, self.value(left), self.value(right))
            case typed.DatePart(part, operand):
                return PARTS[part](this=self.value(operand))
            case typed.ArraySize(operand):
                array = self.value(operand)
                known = exp.not_(exp.Is(this=array, expression=exp.null()))
                return exp.case().when(known, exp.ArraySize(this=array.copy())).else_(exp.Literal.number(0))
            case typed.Aggregate():
                return self._aggregate(value)
            case typed.Truth(condition):
                return exp.paren(self._two_valued(condition), copy=False)
            case typed.Organisation():
                return exp.Literal.string(self._currency)
            case typed.CurrentPart(part):
                return exp.Literal.number(self._times.part(part))
            case typed.Now() | typed.Day() | typed.Period() | typed.Shifted():
                return self._times.instant(value)
        assert_never(value)

    def _arithmetic(self, operator: str, left: exp.Expr, right: exp.Expr) -> exp.Expr:
        """Division by zero is null, in every engine."""
        left, right = (exp.paren(side) if isinstance(side, exp.Binary | exp.Neg) else side for side in (left, right))
        if operator in ("/", "%"):
            right = exp.Nullif(this=right, expression=exp.Literal.number(0))
        return ARITHMETIC[operator](this=left, expression=right)

    # Related rows

    def _alias(self, var: typed.Var, hops: tuple[Edge, ...]) -> str:
        frame, alias = self._rows[var]
        for edge in hops:
            alias = frame.hop(alias, edge)
        return alias

    def _frame(self, collection: typed.Collection) -> tuple[Frame, exp.Column]:
        """The rows of a collection over all its roots, and the column that links them to a root."""
        first = collection.steps[0]
        frame = Frame(self._schema, self._aliases, first.edge.target)
        alias = frame.alias
        for index, step in enumerate(collection.steps):
            alias = frame.join(alias, step.edge) if index else alias
            self._rows[step.item] = (frame, alias)
        for step in collection.steps:
            frame.conditions.extend(self.condition(condition) for condition in step.filters)
        return frame, column(frame.alias, first.edge.to_column)

    def _linked(self, collection: typed.Collection) -> tuple[Frame, exp.Column]:
        """As `_frame`, for the one root around this place."""
        frame, link = self._frame(collection)
        frame.conditions.insert(0, link.eq(self._root(collection)))
        return frame, link

    def _root(self, collection: typed.Collection) -> exp.Column:
        return column(self._rows[collection.root][1], collection.steps[0].edge.from_column)

    def _aggregate(self, aggregate: typed.Aggregate) -> exp.Expr:
        collection = aggregate.collection
        looks_out = bool(typed.free_variables((collection.steps, aggregate.value)))
        empty = exp.Literal.number(0) if aggregate.function in ("count", "sum") else None
        if looks_out:
            frame, link = self._linked(collection)
            result: exp.Expr = self._measured(frame, aggregate, None).subquery()
        else:
            frame, link = self._frame(collection)
            query = self._measured(frame, aggregate, link)
            alias = self._aliases.new(aggregate.function)
            self._rows[collection.root][0].attach(query, alias, "key", self._root(collection))
            result = column(alias, "value")
        return exp.Coalesce(this=result, expressions=[empty]) if empty else result

    def _measured(self, frame: Frame, aggregate: typed.Aggregate, link: exp.Column | None) -> exp.Select:
        """The aggregate over a frame: `value`, and with a link one row per `key`."""
        items = distinct_items(self._schema, aggregate)
        keys = [column(self._rows[item][1], self._schema.classes[item.class_name].key) for item in items]
        grouped = [named(link, "key")] if link else []
        if aggregate.value is None:
            counted = exp.Distinct(expressions=keys) if keys else exp.Star()
            query = frame.select(*grouped, named(exp.Count(this=counted), "value"))
        elif aggregate.function in ("min", "max") or not keys:
            measure = AGGREGATES[aggregate.function](this=self.value(aggregate.value))
            query = frame.select(*grouped, named(measure, "value"))
        else:
            value = named(self.value(aggregate.value), "value")
            once = [named(key, f"item_{index}") for index, key in enumerate(keys)]
            rows, alias = frame.select(*grouped, *once, value).distinct(copy=False), self._aliases.new("rows")
            grouped = [named(column(alias, "key"), "key")] if link else []
            measure = AGGREGATES[aggregate.function](this=column(alias, "value"))
            query = exp.Select(expressions=[*grouped, named(measure, "value")])
            query = query.from_(rows.subquery(exp.to_identifier(alias, quoted=True)), copy=False)
        return query.group_by(grouped[0].this.copy(), copy=False) if link else query


def named(expression: exp.Expr, alias: str) -> exp.Alias:
    return exp.Alias(this=expression, alias=exp.to_identifier(alias, quoted=True))


def may_be_null(node: typed.Condition | typed.Value) -> bool:
    """Whether SQL may answer null for it."""
    match node:
        case typed.All(conditions) | typed.Any(conditions):
            return any(map(may_be_null, conditions))
        case typed.Compare(_, left, right) | typed.CompareTime(_, left, right):
            return may_be_null(left) or may_be_null(right)
        case typed.IsTrue(operand):
            return may_be_null(operand)
        case typed.InList(subject, items):
            return bool(items) and may_be_null(subject)
        case typed.Aggregate(function):
            return function not in ("count", "sum")
        case typed.Not(typed.Not(twice)):
            return may_be_null(twice)
        case typed.Not(typed.All(conditions) | typed.Any(conditions)):
            return any(may_be_null(typed.Not(condition)) for condition in conditions)
        case typed.Not() | typed.IsNull() | typed.Missing() | typed.Exists() | typed.InSegment():
            return False
        case typed.Constant() | typed.Truth() | typed.ArraySize() | typed.Now() | typed.Day() | typed.Period():
            return False
        case typed.CurrentPart() | typed.Organisation():
            return False
    return True
