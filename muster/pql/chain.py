"""Binding of `CHAIN(rows, time, [A: WHAT(…) WHEN(…) COUNT(n) WHERE(…), …])`.

An item's conditions are asked of each of its rows, with the row's own names; `^` leads to what is around the chain.
The names of an item and of those before it stand for their rows, and in a time for the time of the row. Of an item
with COUNT(n), later items speak of the last row counted. (Vendor pages show the form without its meaning; at least
n, the order of time and the rest are our decisions.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pql import times, tree, typed
from muster.pql.bound import mistake
from muster.pql.shapes import Shape

if TYPE_CHECKING:
    from muster.pql.binder import Binder


def chain(binder: Binder, node: tree.Chain) -> typed.Condition:
    """A chain; one of a single item is a question for rows, or for their number."""
    rows = binder.collection(node.rows)
    if isinstance(binder.scope.schema.classes[rows.item.class_name], Shape):
        raise mistake(node, "a chain goes over the rows of a relation", "such as xEvent, or a filter of it")
    _check_names(node)
    with binder.scope.declared():
        items = tuple(_item(binder, node, item, rows) for item in node.items)
    if len(items) > 1:
        return typed.Chain(rows, items)
    only, count = rows.where(items[0].condition), items[0].count
    if count == 1:
        return typed.Exists(only)
    return typed.Compare(">=", typed.Aggregate("count", only, None), typed.Constant(count, "number"))


def _check_names(node: tree.Chain) -> None:
    seen: set[str] = set()
    for item in node.items:
        if item.name in seen:
            raise mistake(item, f"two items are called {item.name}", "give each item a name of its own")
        if item.count == 0:
            raise mistake(item, "an item counts at least one row", "to ask that there are none, write not (CHAIN(…))")
        seen.add(item.name)


def _item(binder: Binder, node: tree.Chain, item: tree.ChainItem, rows: typed.Collection) -> typed.Item:
    row = rows.item if len(node.items) == 1 else binder.scope.new(rows.item.class_name)
    conditions: list[typed.Condition] = []
    with binder.scope.inside(row):
        time = _moment(binder, node.time)
        binder.scope.declare(item.name, row)
        binder.scope.moments[row] = time
        if item.what:
            conditions.append(binder.condition(item.what))
        if item.when:
            conditions.append(times.when(binder, time, item.when))
        else:
            conditions.append(typed.Not(typed.IsNull(time)))
        if item.where:
            conditions.append(binder.condition(item.where))
    return typed.Item(row, time, typed.All(tuple(conditions)), item.count or 1)


def _moment(binder: Binder, node: tree.Node) -> typed.Value:
    """The time of the row that names refer to here."""
    with binder.scope.ranging() as ranged:
        time = binder.value(node)
    if ranged or time.type not in ("date", "timestamp"):
        told = "many times a row" if ranged else f"a {time.type}"
        raise mistake(node, f"a chain goes by one date or timestamp of its rows, not {told}")
    return time
