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

from muster.errors import RuleError
from muster.pql import typed
from muster.pql.shapes import Shape
from muster.pql.sql.arrays import array_size, enter, link_name, links, source_query
from muster.pql.sql.chain import chain
from muster.pql.sql.frame import Aliases, Frame, column, named, table
from muster.pql.sql.reach import distinct_items, no_rows
from muster.pql.sql.text import as_type, like, literal, matches, read, regex_group, string_test
from muster.pql.sql.times import OPERATORS, Times
from muster.pql.typed_arrays import Instances, MapGet, MapKeys, Place, Source
from muster.schema import Edge, Schema

ARITHMETIC: dict[str, type[exp.Binary]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul, "/": exp.Div, "%": exp.Mod}
PARTS: dict[str, type[exp.Func]] = {"month": exp.Month, "year": exp.Year, "day": exp.Day}
AGGREGATES: dict[str, type[exp.AggFunc]] = {"sum": exp.Sum, "min": exp.Min, "max": exp.Max, "average": exp.Avg}
MEMBER = "_ord"


class Renderer:
    """Renders one rule; `now` is naive UTC, `segment_table` names the relation that holds an audience's members."""

    def __init__(self, schema: Schema, now: datetime, currency: str, segment_table: Callable[[str], str]) -> None:
        self.schema, self._currency, self._segment_table = schema, currency, segment_table
        self.aliases = Aliases()
        self._times = Times(now, self.value)
        self._rows: dict[typed.Var, tuple[Frame, str]] = {}
        self.places: dict[typed.Var, exp.Column] = {}
        #: Attributes of rows of a chain, where they are a column of what has been found of it so far.
        self.carried: dict[typed.Attribute, exp.Column] = {}

    def members(self, root: typed.Var, condition: typed.Condition) -> exp.Select:
        """The keys of all rows of the root's class for which `condition` holds."""
        frame = Frame(self.schema, self.aliases, root.class_name)
        self._rows[root] = (frame, frame.alias)
        frame.conditions.append(self.condition(condition))
        return frame.select(column(frame.alias, self.schema.classes[root.class_name].key))

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
                key = column(self._alias(row.var, row.hops), self.schema.classes[row.class_name].key)
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
                return exp.Exists(this=self._linked(collection).select(exp.Literal.number(1)))
            case typed.Chain():
                return chain(self, condition)
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
        alias = self.aliases.new("segment")
        key = column(self._alias(row.var, row.hops), self.schema.classes[row.class_name].key)
        query = exp.Select(expressions=[exp.Literal.number(1)]).from_(table(self._segment_table(name), alias))
        return exp.Exists(this=query.where(column(alias, MEMBER).eq(key)))

    # Values

    def value(self, value: typed.Value) -> exp.Expr:
        match value:
            case typed.Constant(constant, kind):
                return literal(constant, kind)
            case typed.Attribute() if value in self.carried:
                return self.carried[value].copy()
            case typed.Attribute(var, hops, field):
                return column(self._alias(var, hops), field.column)
            case typed.Arithmetic(operator, left, right):
                return self._arithmetic(operator, self.value(left), self.value(right))
            case typed.DatePart(part, operand):
                return PARTS[part](this=self.value(operand))
            case typed.ArraySize(operand):
                return array_size(self.value(operand), is_map=operand.type.startswith("map<"))
            case typed.Aggregate():
                return self._aggregate(value)
            case typed.Truth(condition):
                return exp.paren(self._two_valued(condition), copy=False)
            case typed.If(test, then, otherwise, kind):
                chosen = [as_type(self.value(side), side.type, kind) for side in (then, otherwise)]
                return exp.case().when(self.condition(test), chosen[0], copy=False).else_(chosen[1], copy=False)
            case typed.Read(text, kind):
                return read(self.value(text), kind)
            case MapKeys(operand):
                return exp.MapKeys(this=self.value(operand))
            case MapGet(operand, key):
                return exp.Bracket(this=self.value(operand), expressions=[self.value(key)])
            case Place(var):
                return self.place(var)
            case typed.RegexGroup(subject, pattern, group):
                return regex_group(self.value(subject), pattern, group)
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

    def open(self, collection: typed.Collection, row: typed.Var) -> tuple[Frame, exp.Column, exp.Column]:
        """A frame over all rows of a collection, called `row` here: it, its link to a root, and the key of `row`."""
        frame, links = self.over(collection.steps)
        self._rows[row] = self._rows[collection.item]
        if len(links) != 1 or isinstance(self.schema.classes[row.class_name], Shape):
            raise RuleError("a chain goes over the rows of a relation", expected="such as xEvent, or a filter of it")
        return frame, links[0], self.keys(row)[0]

    def reopen(self, frame: Frame, row: typed.Var, key: exp.Column) -> None:
        """Join a row that another query has found, by its key."""
        self._rows[row] = (frame, frame.row(row.class_name, key.copy()))

    def root(self, collection: typed.Collection) -> exp.Column:
        """What the link of a collection's rows is equal to, for the one root around this place."""
        return self.roots(collection.root, collection.steps)[0]

    def _alias(self, var: typed.Var, hops: tuple[Edge, ...]) -> str:
        frame, alias = self._rows[var]
        for edge in hops:
            alias = frame.hop(alias, edge)
        return alias

    def over(self, steps: tuple[typed.Step, ...]) -> tuple[Frame, list[exp.Column]]:
        """The rows of steps from all roots, and the columns that link them to a root."""
        first = steps[0]
        if isinstance(first.edge, Source) and not isinstance(first.edge, Instances):
            frame = Frame(self.schema, self.aliases, "", source_query(self, first.edge))
        else:
            frame = Frame(self.schema, self.aliases, first.item.class_name)
        start = alias = frame.alias
        for index, step in enumerate(steps):
            if isinstance(step.edge, Source):
                alias = enter(self, frame, step.edge, step.item, steps[index - 1] if index else None)
            elif index:
                alias = frame.join(alias, step.edge)
            self._rows[step.item] = (frame, alias)
        for step in steps:
            frame.conditions.extend(self.condition(condition) for condition in step.filters)
        return frame, [column(start, name) for name, _ in links(steps)]

    def roots(self, root: typed.Var, steps: tuple[typed.Step, ...]) -> list[exp.Column]:
        """What the links of steps are equal to, for the root around this place."""
        return [column(self._rows[root][1], name) for _, name in links(steps)]

    def keys(self, item: typed.Var) -> list[exp.Column]:
        """What tells an item from others: the key of a row, all columns of any other shape."""
        owner, alias = self.schema.classes[item.class_name], self._rows[item][1]
        names = [field.column for field in owner.fields.values()] if isinstance(owner, Shape) else [owner.key]
        return [column(alias, name) for name in names]

    def place(self, item: typed.Var) -> exp.Column:
        """What items are ordered by: their place in an array; events by time, other rows by key."""
        if item in self.places:
            return self.places[item].copy()
        owner = self.schema.classes[item.class_name]
        if owner.time_path:
            return column(self._rows[item][1], owner.fields[owner.time_path].column)
        return self.keys(item)[0]

    def _linked(self, collection: typed.Collection) -> Frame:
        """The rows of a collection, for the one root around this place."""
        frame, linked = self.over(collection.steps)
        roots = self.roots(collection.root, collection.steps)
        frame.conditions[:0] = [link.eq(root) for link, root in zip(linked, roots, strict=True)]
        return frame

    def _aggregate(self, aggregate: typed.Aggregate) -> exp.Expr:
        collection = aggregate.collection
        looks_out = bool(typed.free_variables((collection.steps, aggregate.value)))
        empty = exp.Literal.number(0) if aggregate.function in ("count", "sum") else None
        if looks_out or not links(collection.steps):
            result: exp.Expr = self._measured(self._linked(collection), aggregate, []).subquery()
        else:
            frame, linked = self.over(collection.steps)
            query = self._measured(frame, aggregate, linked)
            alias = self.aliases.new(aggregate.function)
            roots = self.roots(collection.root, collection.steps)
            self._rows[collection.root][0].attach(
                query, alias, {link_name(index): root for index, root in enumerate(roots)}
            )
            result = column(alias, "value")
        return exp.Coalesce(this=result, expressions=[empty]) if empty else result

    def _measured(self, frame: Frame, aggregate: typed.Aggregate, linked: list[exp.Column]) -> exp.Select:
        """The aggregate over a frame: `value`, and with links one row per root."""
        keys = [key for item in distinct_items(self.schema, aggregate) for key in self.keys(item)]
        grouped = [named(link, link_name(index)) for index, link in enumerate(linked)]
        if aggregate.value is None:
            counted = exp.Distinct(expressions=keys) if keys else exp.Star()
            query = frame.select(*grouped, named(exp.Count(this=counted), "value"))
        elif (aggregate.function in ("min", "max") or not keys) and self._is_of(frame, aggregate.value):
            measure = AGGREGATES[aggregate.function](this=self.value(aggregate.value))
            query = frame.select(*grouped, named(measure, "value"))
        else:
            value = named(self.value(aggregate.value), "value")
            once = [named(key, f"item_{index}") for index, key in enumerate(keys)]
            rows, alias = frame.select(*grouped, *once, value), self.aliases.new("rows")
            rows = rows.distinct(copy=False) if once else rows
            grouped = [named(column(alias, part.alias), part.alias) for part in grouped]
            measure = AGGREGATES[aggregate.function](this=column(alias, "value"))
            query = exp.Select(expressions=[*grouped, named(measure, "value")])
            query = query.from_(rows.subquery(exp.to_identifier(alias, quoted=True)), copy=False)
        return query.group_by(*(part.this.copy() for part in grouped), copy=False) if grouped else query

    def _is_of(self, frame: Frame, value: typed.Value) -> bool:
        """Whether a value speaks of a frame's rows; SQL takes an aggregate of others' to be the query's around."""
        return any(self._rows[row][0] is frame for row in typed.free_variables(value))


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
        case typed.Not() | typed.IsNull() | typed.Missing() | typed.Exists() | typed.Chain() | typed.InSegment():
            return False
        case typed.Constant() | typed.Truth() | typed.ArraySize() | typed.Now() | typed.Day() | typed.Period():
            return False
        case typed.CurrentPart() | typed.Organisation():
            return False
    return True
