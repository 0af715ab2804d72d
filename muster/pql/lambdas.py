"""Expressions over the items of an array: with the item's own names, or as a function, `X => …` or `(K, V) => …`.

In an expression without a function bare names are those of the item, as in a filter; an item that is a plain value
has no names and is `$1`. In a function the parameters name the item, and bare names keep their meaning. A function
of two parameters takes the entries of a map: key and value, or key and group.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from muster.pql import tree, typed
from muster.pql.bound import Bound, Whole, mistake
from muster.pql.items import is_many
from muster.pql.paths import Segment
from muster.pql.shapes import KEY, VALUE, Shape
from muster.pql.typed_arrays import Members

if TYPE_CHECKING:
    from muster.pql.binder import Binder


@contextmanager
def each(binder: Binder, node: tree.Node, item: typed.Var) -> Iterator[tree.Node]:
    """What is to be worked out on every item, while names mean `item`."""
    if not isinstance(node, tree.Lambda):
        _only_pairs(binder, node, item)
        with binder.scope.inside(item):
            yield node
        return
    with binder.scope.declared():
        _declare(binder, node, item)
        yield node.body


def filtered(binder: Binder, node: tree.Filter, bound: Bound, names: Sequence[Segment]) -> typed.Collection:
    """`bound[condition]`; `names` lead to it, for messages."""
    if isinstance(bound, typed.Related) and not bound.hops:
        raise mistake(node, "only the rows of a relation can be filtered", binder.relations())
    if isinstance(bound, Whole) or (isinstance(bound, typed.Value) and not is_many(binder, bound)):
        raise mistake(node, f"{names[-1].name} is not a relation, so it cannot be filtered")
    rows = binder.rows(node, bound)
    with each(binder, node.predicate, rows.item) as body:
        return rows.where(binder.condition(body))


def _declare(binder: Binder, node: tree.Lambda, item: typed.Var) -> None:
    scope = binder.scope
    if len(set(node.parameters)) < len(node.parameters):
        raise mistake(node, "two parameters have the same name")
    match node.parameters:
        case (name,):
            _only_pairs(binder, node, item)
            scope.declare(name, item)
        case (key, value) if item in scope.groups:
            scope.declare(key, item)
            scope.give(value, lambda: members(binder, item))
        case (key, value) if _kind(binder, item) == "entry":
            scope.give(key, (item, KEY))
            scope.give(value, (item, VALUE))
        case _:
            hint = "(K, V) => … goes over the entries of a map or the groups of groupBy"
            raise mistake(node, f"a function of {len(node.parameters)} parameters cannot stand here", hint)


def members(binder: Binder, group: typed.Var) -> typed.Collection:
    """The rows of a group, anew for every use."""
    steps, by = binder.scope.fresh(binder.scope.groups[group])
    row = binder.scope.new(steps[-1].item.class_name)
    if steps[-1].item in binder.scope.groups:
        binder.scope.groups[row] = binder.scope.groups[steps[-1].item]
    return typed.Collection(group, (typed.Step(Members(steps, by), row),))


def _only_pairs(binder: Binder, node: tree.Node, item: typed.Var) -> None:
    if item in binder.scope.groups:
        raise mistake(node, "the groups of groupBy are taken by a function", "write (K, G) => …, such as G.count()")


def _kind(binder: Binder, item: typed.Var) -> str:
    owner = binder.scope.schema.classes[item.class_name]
    return owner.kind if isinstance(owner, Shape) else ""
