"""The functions that make one array of another: filter, map, distinct, topN, bottomN, head, groupBy."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from muster.pql import tree, typed
from muster.pql.bound import Bound, mistake, takes
from muster.pql.items import mapped, of_single, top, unnested
from muster.pql.lambdas import each
from muster.pql.objects import Made, one_value, worked_out
from muster.pql.shapes import ITEM, Shape
from muster.pql.typed_arrays import Mapped, Place, Top

if TYPE_CHECKING:
    from muster.pql.binder import Binder

ORDERED = ("number", "string", "date", "timestamp")


def _filter(binder: Binder, node: tree.Method) -> Bound:
    takes(node, 1)
    rows = binder.collection(node.target)
    with each(binder, node.arguments[0], rows.item) as body:
        return rows.where(binder.condition(body))


def _map(binder: Binder, node: tree.Method) -> Bound:
    takes(node, 1)
    rows = binder.collection(node.target)
    with each(binder, node.arguments[0], rows.item) as body:
        found = worked_out(binder, body)
    match found:
        case typed.Related(var, hops) if var == rows.item:
            return typed.Collection(rows.root, rows.steps + tuple(map(binder.scope.follow, hops)))
        case typed.Collection(var, steps) if var == rows.item:
            return typed.Collection(rows.root, rows.steps + steps)
        case Made(kind, fields):
            return mapped(binder, rows, fields, kind)
    if isinstance(found, typed.Value):
        if found.type.startswith("array<"):
            return unnested(binder, body, rows, found)
        return mapped(binder, rows, {ITEM: found})
    raise mistake(body, "map makes values or objects of items", "name an attribute, or write {…} or mapEntry(…)")


def _distinct(binder: Binder, node: tree.Method) -> Bound:
    takes(node, 0)
    rows = binder.collection(node.target)
    owner = binder.scope.schema.classes[rows.item.class_name]
    if not isinstance(owner, Shape) or owner.kind in ("group", "entry"):
        return rows
    match rows.steps:
        case (typed.Step(Mapped() as source, item, ()),):
            once = typed.Step(dataclasses.replace(source, distinct=True), item)
            return typed.Collection(rows.root, (once,))
    values = {field.path: typed.Attribute(rows.item, (), field) for field in owner.told}
    return mapped(binder, rows, values, owner.kind, distinct=True)


def _ranked(binder: Binder, node: tree.Method) -> Bound:
    takes(node, 2)
    rows = binder.collection(node.target)
    with each(binder, node.arguments[0], rows.item) as body:
        by = one_value(binder, body)
    if by.type not in ORDERED:
        raise mistake(body, f"{node.name} does not order values of type {by.type}")
    return top(binder, rows, by, _amount(binder, node), descending=node.name == "topN")


def _amount(binder: Binder, node: tree.Method) -> int:
    argument = binder.scope.literal(node.arguments[1])
    if isinstance(argument, tree.Literal) and type(argument.value) is int and argument.value > 0:
        return argument.value
    raise mistake(argument, f"{node.name} takes how many items there shall be", f"write .{node.name}(…, 5)")


def _head(binder: Binder, node: tree.Method) -> Bound:
    takes(node, 0)
    rows = binder.collection(node.target)
    if rows.item in binder.scope.groups:
        raise mistake(node, "a group cannot be taken by itself", "write .map((K, G) => …) or .get(…)")
    first = _first(binder, rows)
    value = binder.scope.field(first.item, ITEM)
    return of_single(first, value) if value else typed.Single(first.root, first.steps)


def _first(binder: Binder, rows: typed.Collection) -> typed.Collection:
    """The first item in the order that there is."""
    match rows.steps:
        case (typed.Step(Top() as ranked, item, ()),):
            return typed.Collection(rows.root, (typed.Step(dataclasses.replace(ranked, amount=1), item),))
    return top(binder, rows, Place(rows.item), 1, descending=False)


def _group_by(binder: Binder, node: tree.Method) -> Bound:
    takes(node, 1)
    rows = binder.collection(node.target)
    with each(binder, node.arguments[0], rows.item) as body:
        by = one_value(binder, body)
    if by.type.startswith(("array<", "map<")):
        raise mistake(body, f"groups are made by one value, not by an {by.type}")
    groups = mapped(binder, rows, {ITEM: by}, "group", distinct=True)
    binder.scope.groups[groups.item] = (rows.steps, by)
    return groups


METHODS: Mapping[str, Callable[[Binder, tree.Method], Bound]] = {
    "filter": _filter,
    "map": _map,
    "distinct": _distinct,
    "topN": _ranked,
    "bottomN": _ranked,
    "head": _head,
    "groupBy": _group_by,
}
