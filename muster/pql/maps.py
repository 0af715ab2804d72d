"""Maps: `get`, `keys` and `values` of a map attribute, of the entries that `map` made, and of groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from muster.pql import tree, typed
from muster.pql.bound import Bound, mistake, takes
from muster.pql.compare import compare, converted
from muster.pql.items import map_values, mapped, of_single, ranged_rows
from muster.pql.lambdas import members
from muster.pql.shapes import ITEM, KEY, VALUE, Shape
from muster.pql.typed_arrays import MapGet, MapKeys, Mapped
from muster.schema import map_types

if TYPE_CHECKING:
    from muster.pql.binder import Binder


def _get(binder: Binder, node: tree.Method) -> Bound:
    takes(node, 1)
    bound = binder.bind(node.target)
    key = binder.value(node.arguments[0])
    if isinstance(bound, typed.Value) and bound.type.startswith("map<"):
        kind, value = map_types(bound.type)
        key = converted(node, key, typed.Constant("", kind))
        if key.type != kind:
            raise mistake(node.arguments[0], f"the keys of this map are of type {kind}, not {key.type}")
        return MapGet(bound, key, value)
    rows = binder.rows(node.target, bound)
    if rows.item in binder.scope.groups:
        return _group(binder, node, rows, key)
    names = _entry_names(binder, node, rows)
    found = rows.where(compare(node, "=", binder.scope.attribute_of(rows.item, KEY), key))
    if names == {VALUE: ""}:
        return of_single(found, binder.scope.attribute_of(found.item, VALUE))
    fields = {name: binder.scope.attribute_of(found.item, path) for path, name in names.items()}
    made = mapped(binder, found, fields, "object")
    return typed.Single(made.root, made.steps)


def _group(binder: Binder, node: tree.Method, groups: typed.Collection, key: typed.Value) -> typed.Collection:
    """The rows of the group with a key; of all groups, those whose value is the key."""
    match groups.steps:
        case (typed.Step(Mapped(), group, ()),):
            steps, by = binder.scope.fresh(binder.scope.groups[group])
            return typed.Collection(groups.root, steps).where(compare(node, "=", by, key))
    wanted = groups.where(compare(node, "=", binder.scope.attribute_of(groups.item, ITEM), key))
    return typed.Collection(groups.root, wanted.steps + members(binder, groups.item).steps)


def _keys(binder: Binder, node: tree.Method) -> Bound:
    takes(node, 0)
    bound = binder.bind(node.target)
    if isinstance(bound, typed.Value) and bound.type.startswith("map<"):
        return MapKeys(bound, f"array<{map_types(bound.type)[0]}>")
    rows = binder.rows(node.target, bound)
    if rows.item in binder.scope.groups:
        return mapped(binder, rows, {ITEM: binder.scope.attribute_of(rows.item, ITEM)})
    _entry_names(binder, node, rows)
    return mapped(binder, rows, {ITEM: binder.scope.attribute_of(rows.item, KEY)}, distinct=True)


def _values(binder: Binder, node: tree.Method) -> Bound:
    takes(node, 0)
    bound = binder.bind(node.target)
    if isinstance(bound, typed.Value) and bound.type.startswith("map<"):
        return map_values(binder, node, ranged_rows(binder, bound), bound)
    rows = binder.rows(node.target, bound)
    if rows.item in binder.scope.groups:
        raise mistake(node, "the values of groupBy are arrays", "write .map((K, G) => …), such as G.count()")
    names = _entry_names(binder, node, rows)
    fields = {name: binder.scope.attribute_of(rows.item, path) for path, name in names.items()}
    return mapped(binder, rows, fields, "value" if [*fields] == [ITEM] else "object")


def _entry_names(binder: Binder, node: tree.Method, rows: typed.Collection) -> dict[str, str]:
    """The fields of an entry's value, and what they are called without the entry."""
    owner = binder.scope.schema.classes[rows.item.class_name]
    if not isinstance(owner, Shape) or owner.kind != "entry":
        raise mistake(node, f"{node.name} takes a map", "a map is an attribute, or made by groupBy or mapEntry")
    return {field.path: field.path.removeprefix(VALUE).removeprefix(".") for field in owner.told if field.path != KEY}


METHODS: Mapping[str, Callable[[Binder, tree.Method], Bound]] = {"get": _get, "keys": _keys, "values": _values}
