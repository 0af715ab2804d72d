"""A chain as one query, built item by item.

What has been found after an item is a state: the root, where the item's last row stands (its time and key), and the
attributes of earlier rows that a later item still speaks of. The rows of the next item join the state by the root
and come after it. Of rows that nothing later speaks of only the earliest is kept, as whatever may follow a later one
may follow it too; so most chains stay at one state a root, however many rows there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain as chained
from typing import TYPE_CHECKING

from sqlglot import exp

from muster.pql import typed
from muster.pql.sql.frame import Frame, column, named
from muster.pql.sql.reach import may_repeat
from muster.schema import Field, Schema

if TYPE_CHECKING:
    from muster.pql.sql.render import Renderer

LINK, TIME, KEY, PLACE = "link", "time", "key", "place"


def chain(renderer: Renderer, condition: typed.Chain) -> exp.Expr:
    """Whether the root around this place has rows for all items."""
    outer = dict(renderer.carried)
    spoken = [_spoken(renderer.schema, condition, index) for index in range(len(condition.items) + 1)]
    names = {item: f"value_{number}" for number, item in enumerate(dict.fromkeys(chained.from_iterable(spoken)))}
    carried = [{item: names[item] for item in items} for items in spoken]
    state = _Stage(renderer, condition, 0, carried[:2]).after(None)
    for index in range(1, len(condition.items)):
        state = _Stage(renderer, condition, index, carried[index : index + 2]).after(state)
    renderer.carried = outer
    alias = renderer.aliases.new("chain")
    source = state.subquery(exp.to_identifier(alias, quoted=True), copy=False)
    query = exp.Select(expressions=[exp.Literal.number(1)]).from_(source, copy=False)
    return exp.Exists(this=query.where(column(alias, LINK).eq(renderer.root(condition.collection)), copy=False))


class _Stage:
    """One item: from the state before it to the state after it."""

    def __init__(
        self,
        renderer: Renderer,
        chain: typed.Chain,
        index: int,
        carried: Sequence[Mapping[typed.Attribute, str]],
    ) -> None:
        self._renderer, self._collection, self._item = renderer, chain.collection, chain.items[index]
        self._came, self._goes = carried
        self._is_last = index == len(chain.items) - 1
        before = {item.row for item in chain.items[:index]}
        self._rejoined = [row for row in _walked_from(self._item) if row in before]

    def after(self, state: exp.Select | None) -> exp.Select:
        frame, link, key = self._renderer.open(self._collection, self._item.row)
        time = self._renderer.value(self._item.time)
        before: list[exp.Expr] = []
        if state is not None:
            before = self._follow(frame, state, link, time, key)
        frame.conditions.append(self._renderer.condition(self._item.condition))
        if self._is_last:
            return self._end(frame, link, key, before)
        kept = [named(self._renderer.value(attribute), name) for attribute, name in self._goes.items()]
        columns = [named(link, LINK), named(time, TIME), named(key, KEY), *kept]
        is_spoken_of = any(attribute.var == self._item.row for attribute in self._goes)
        if is_spoken_of and self._item.count == 1:
            return self._once(frame.select(*columns))
        parts = [link, *before] if self._item.count > 1 else [link, *(value.this for value in kept)]
        place = exp.Window(
            this=exp.DenseRank(),
            partition_by=[part.copy() for part in parts],
            order=exp.Order(expressions=[exp.Ordered(this=part.copy(), nulls_first=False) for part in (time, key)]),
        )
        alias = self._renderer.aliases.new("placed")
        placed = frame.select(*columns, named(place, PLACE)).subquery(exp.to_identifier(alias, quoted=True), copy=False)
        query = exp.Select(expressions=[column(alias, value.alias) for value in columns]).from_(placed, copy=False)
        wanted = (exp.GTE if is_spoken_of else exp.EQ)(
            this=column(alias, PLACE), expression=exp.Literal.number(self._item.count)
        )
        return self._once(query.where(wanted, copy=False))

    def _follow(
        self, frame: Frame, state: exp.Select, link: exp.Column, time: exp.Expr, key: exp.Column
    ) -> list[exp.Expr]:
        """Only rows after the state's last row, of the same root; the state's columns."""
        renderer = self._renderer
        alias = renderer.aliases.new("found")
        frame.attach(state, alias, {LINK: link}, "INNER")
        then, there = column(alias, TIME), column(alias, KEY)
        same = exp.and_(time.eq(then), exp.GT(this=key.copy(), expression=there), copy=False)
        frame.conditions.append(exp.or_(exp.GT(this=time.copy(), expression=then.copy()), exp.paren(same), copy=False))
        for attribute, name in self._came.items():
            renderer.carried[attribute] = column(alias, name)
        for row in self._rejoined:
            renderer.reopen(frame, row, renderer.carried[_key(renderer.schema, row)])
        return [column(alias, name) for name in (TIME, KEY, *self._came.values())]

    def _end(self, frame: Frame, link: exp.Column, key: exp.Column, before: list[exp.Expr]) -> exp.Select:
        """The roots at which the last item is found."""
        query = frame.select(named(link, LINK))
        if self._item.count == 1:
            return query
        counted = exp.Count(this=exp.Distinct(expressions=[key.copy()]))
        enough = exp.GTE(this=counted, expression=exp.Literal.number(self._item.count))
        return query.group_by(link.copy(), *(part.copy() for part in before), copy=False).having(enough, copy=False)

    def _once(self, query: exp.Select) -> exp.Select:
        """A row that is reached over several ways is one state."""
        return query.distinct(copy=False) if may_repeat(self._renderer.schema, self._collection.steps) else query


def _spoken(schema: Schema, chain: typed.Chain, index: int) -> list[typed.Attribute]:
    """What the items from `index` on say about the rows of items before."""
    later = chain.items[index:]
    rows = {item.row for item in chain.items[:index]}
    keys = [_key(schema, row) for row in _walked_from(later) if row in rows]
    return list(dict.fromkeys([*keys, *(item for item in typed.attributes(later) if item.var in rows)]))


def _walked_from(node: object) -> list[typed.Var]:
    """Rows of which more is asked than their attributes."""
    nodes = list(typed.walk(node))
    roots = [item.root for item in nodes if isinstance(item, typed.Collection)]
    return list(dict.fromkeys([*roots, *(item.var for item in nodes if isinstance(item, typed.Related))]))


def _key(schema: Schema, row: typed.Var) -> typed.Attribute:
    return typed.Attribute(row, (), Field("", schema.classes[row.class_name].key, "string"))
