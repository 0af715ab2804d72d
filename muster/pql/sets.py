"""Arrays against values and against each other: in, includes, intersects, intersection, subsetOf, supersetOf, =.

Each of them is false where one of the arrays is not known, the negated ones too. Arrays are compared as sets: order
and repetitions do not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from muster.pql import tree, typed
from muster.pql.bound import Bound, Items, mistake, takes
from muster.pql.compare import compare, in_array, in_list
from muster.pql.items import collected, mapped, plain, unknown
from muster.pql.shapes import ITEM

if TYPE_CHECKING:
    from muster.pql.binder import Binder

#: What gives an array wherever it is written.
GIVES_ARRAYS = ("intersection", "distinct", "map", "keys", "values", "filter", "topN", "bottomN")
Side = Items | typed.Value | typed.Collection


def among(
    binder: Binder, node: tree.Node, subject: typed.Value, array: tree.Node, *, negated: bool = False
) -> typed.Condition:
    """Whether a value is in an array; `notIn` asks for both to be known."""
    side = _side(binder, array, node)
    if not negated:
        return _contains(binder, node, side, subject)
    if isinstance(side, Items):
        return in_list(node, subject, side, negated=True)
    if not isinstance(side, typed.Collection):
        return in_array(node, subject, side, negated=True)
    outside = typed.Not(_contains(binder, node, side, subject))
    return typed.All((typed.Not(typed.IsNull(subject)), *_known(side), outside))


def equal(binder: Binder, node: tree.Binary) -> typed.Condition:
    """`a = b` and `a != b` over arrays."""
    return same(binder, node, binder.bind(node.left), binder.bind(node.right))


def same(binder: Binder, node: tree.Binary, one: Bound, other: Bound) -> typed.Condition:
    """As `equal`, of what the sides were bound to."""
    left, right = _asked(binder, node.left, one, node), _asked(binder, node.right, other, node)
    parts = (_within(binder, node, left, right), _within(binder, node, right, left))
    if node.operator == "=":
        return typed.All(parts)
    return typed.All((*_known(left), *_known(right), typed.Not(typed.All(parts))))


def gives_array(node: tree.Node) -> bool:
    """Whether a comparison with this compares arrays."""
    return isinstance(node, tree.ArrayLiteral) or (isinstance(node, tree.Method) and node.name in GIVES_ARRAYS)


def _side(binder: Binder, node: tree.Node, at: tree.Node | None = None) -> Side:
    """An array as what it is easiest to ask: literals, an attribute, or anything else that can be gone over."""
    return _asked(binder, node, binder.bind(node), at or node)


def _asked(binder: Binder, node: tree.Node, bound: Bound, at: tree.Node) -> Side:
    if isinstance(bound, Items):
        return bound
    if isinstance(bound, typed.Attribute) and bound.type.startswith("array<") and not binder.scope.ranges(bound):
        return bound
    rows = collected(binder, node, bound)
    if rows is None and isinstance(bound, typed.Value):
        raise mistake(at, f"an array is expected, not a {bound.type}")
    rows = rows or binder.rows(node, bound)
    if binder.scope.field(rows.item, ITEM) is None:
        raise mistake(node, "an array of values is expected here", "name an attribute of its items, or use .map(…)")
    return rows


def _contains(binder: Binder, node: tree.Node, side: Side, subject: typed.Value) -> typed.Condition:
    if isinstance(side, Items):
        return in_list(node, subject, side)
    if not isinstance(side, typed.Collection):
        return in_array(node, subject, side)
    rows, value = _values(binder, side)
    return typed.Exists(rows.where(compare(node, "=", subject, value)))


def _values(binder: Binder, rows: typed.Collection) -> tuple[typed.Collection, typed.Value]:
    return plain(rows) or (rows, binder.scope.attribute_of(rows.item, ITEM))


def _gone_over(binder: Binder, node: tree.Node, side: Side) -> typed.Collection:
    rows = side if isinstance(side, typed.Collection) else collected(binder, node, side)
    if rows is None:
        raise mistake(node, "an array is expected")
    return rows


def _known(side: Side) -> list[typed.Condition]:
    if isinstance(side, typed.Collection):
        condition = unknown(side)
        return [typed.Not(condition)] if condition else []
    return [] if isinstance(side, Items) else [typed.Not(typed.IsNull(side))]


def _within(binder: Binder, node: tree.Node, inner: Side, outer: Side) -> typed.Condition:
    """Every item of one is in the other, and both are known."""
    known = (*_known(inner), *_known(outer))
    if isinstance(inner, Items):
        return typed.All((*known, *(_contains(binder, node, binder.scope.fresh(outer), item) for item in inner.items)))
    rows, value = _values(binder, binder.scope.fresh(_gone_over(binder, node, inner)))
    outside = typed.Not(_contains(binder, node, binder.scope.fresh(outer), value))
    return typed.All((*known, typed.Not(typed.Exists(rows.where(outside)))))


def _intersects(binder: Binder, node: tree.Method) -> Bound:
    takes(node, 1)
    sides = [_side(binder, node.target), _side(binder, node.arguments[0])]
    one, other = sorted(sides, key=lambda side: not isinstance(side, Items))
    if isinstance(one, Items):
        if isinstance(other, typed.Collection):
            rows, value = _values(binder, other)
            return typed.Exists(rows.where(in_list(node, value, one)))
        return typed.Any(tuple(_contains(binder, node, other, item) for item in one.items))
    rows, value = _values(binder, _gone_over(binder, node, one))
    return typed.Exists(rows.where(_contains(binder, node, other, value)))


def _intersection(binder: Binder, node: tree.Method) -> Bound:
    """The items of the one that are in the other, each once; unknown where the one is."""
    takes(node, 1)
    rows = _gone_over(binder, node, _side(binder, node.target))
    other = _side(binder, node.arguments[0])
    value = binder.scope.attribute_of(rows.item, ITEM)
    common = rows.where(_contains(binder, node, other, value))
    return mapped(binder, common, {ITEM: value}, distinct=True)


def _subset(binder: Binder, node: tree.Method) -> Bound:
    takes(node, 1)
    inner, outer = _side(binder, node.target), _side(binder, node.arguments[0])
    return _within(binder, node, inner, outer) if node.name == "subsetOf" else _within(binder, node, outer, inner)


def _includes(binder: Binder, node: tree.Method) -> Bound:
    takes(node, 1)
    return among(binder, node, binder.value(node.arguments[0]), node.target)


METHODS: Mapping[str, Callable[[Binder, tree.Method], Bound]] = {
    "includes": _includes,
    "intersects": _intersects,
    "intersection": _intersection,
    "subsetOf": _subset,
    "supersetOf": _subset,
}
