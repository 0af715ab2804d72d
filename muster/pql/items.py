"""What can be gone over: relations, array attributes, literal arrays, maps, and what is made of their items.

All of them are collections, so that filters, quantifiers and aggregates work on each alike. An array holds known
values only: what is unknown is no item of it, and an array that is unknown has no items.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from muster.pql import money, tree, typed
from muster.pql.bound import Bound, Items, mistake
from muster.pql.paths import Route
from muster.pql.shapes import ITEM, KEY, MAP, VALUE, Kind, shape
from muster.pql.typed_arrays import Instances, Literals, MapGet, MapKeys, Mapped, Source, Top, Unnested
from muster.schema import Edge, map_types

if TYPE_CHECKING:
    from muster.pql.binder import Binder


def collected(binder: Binder, node: tree.Node, bound: Bound) -> typed.Collection | None:
    """Values as a collection: a literal array, an array attribute, or a path that reaches many values."""
    if isinstance(bound, Items):
        return literals(binder, node, bound)
    if not isinstance(bound, typed.Value):
        return None
    if not is_many(binder, bound):
        return None
    ranged = ranged_rows(binder, bound)
    if bound.type.startswith("array<"):
        return unnested(binder, node, ranged, bound)
    if bound.type.startswith("map<"):
        return entries(binder, node, ranged, bound)
    return mapped(binder, ranged, {ITEM: bound}) if ranged else None


def is_many(binder: Binder, value: typed.Value) -> bool:
    """Whether a value can be gone over: an array, a map, or what a path through many rows reaches."""
    return not is_one(value.type) or any(map(binder.scope.ranges, typed.attributes(value)))


def is_one(type_: typed.Type) -> bool:
    return not type_.startswith(("array<", "map<"))


def literals(binder: Binder, node: tree.Node, items: Items) -> typed.Collection:
    kinds = {item.type for item in items.items} or {"string"}
    if len(kinds) > 1:
        raise mistake(node, f"the items of this array are of different types: {', '.join(sorted(kinds))}")
    item = binder.scope.new(binder.scope.shape(shape("value", {ITEM: kinds.pop()})))
    return typed.Collection(typed.NOWHERE, (typed.Step(Literals(items.items), item),))


def unnested(binder: Binder, node: tree.Node, ranged: typed.Collection | None, array: typed.Value) -> typed.Collection:
    """The items of an array on each of many rows, or on one."""
    rows, (value,) = own_rows(binder, node, ranged, array)
    kind = array.type[6:-1]
    if kind.startswith(("array<", "map<")):
        raise mistake(node, "an array of arrays cannot be gone over")
    item = binder.scope.new(binder.scope.shape(shape("value", {ITEM: kind})))
    return typed.Collection(rows.root, (typed.Step(Unnested(rows.steps, value), item),))


def entries(binder: Binder, node: tree.Node, ranged: typed.Collection | None, held: typed.Value) -> typed.Collection:
    """The entries of a map on each of many rows, or on one: `key` and `value`."""
    keys, key, value = _keys_with_values(binder, node, ranged, held)
    if not is_one(value.type):
        raise mistake(node, f"the values of this map are of type {value.type} and have no entries", "use .get(…)")
    return mapped(binder, keys, {KEY: key, VALUE: value}, "entry")


def map_values(binder: Binder, node: tree.Node, ranged: typed.Collection | None, held: typed.Value) -> typed.Collection:
    """The values of a map; of values that are arrays, all their items."""
    keys, _, value = _keys_with_values(binder, node, ranged, held)
    return mapped(binder, keys, {ITEM: value}) if is_one(value.type) else unnested(binder, node, keys, value)


def _keys_with_values(
    binder: Binder, node: tree.Node, ranged: typed.Collection | None, held: typed.Value
) -> tuple[typed.Collection, typed.Value, typed.Value]:
    """The keys of a map, and the key and the value at each of them."""
    key, value = map_types(held.type)
    rows, (found,) = own_rows(binder, node, ranged, held)
    item = binder.scope.new(binder.scope.shape(shape("value", {ITEM: key}, beside=held.type)))
    keys = typed.Collection(
        rows.root, (typed.Step(Unnested(rows.steps, MapKeys(found, f"array<{key}>"), found), item),)
    )
    name, beside = binder.scope.attribute_of(item, ITEM), binder.scope.attribute_of(item, MAP)
    return keys, name, MapGet(beside, name, value)


def own_rows(
    binder: Binder, node: tree.Node, ranged: typed.Collection | None, *values: typed.Value
) -> tuple[typed.Collection, tuple[typed.Value, ...]]:
    """The rows that an array is on: those a path reaches, else the one row that its attribute is of."""
    if ranged:
        return ranged, values
    var, *others = {attribute.var for attribute in typed.attributes(values)} or {binder.scope.root}
    if others or binder.scope.is_item(var):
        raise mistake(node, "an array that depends on another array's items cannot be gone over", "ask with includes")
    rows = the_row(binder, var)
    return rows, typed.renamed(values, {var: rows.item})


def the_row(binder: Binder, var: typed.Var) -> typed.Collection:
    """One row as a collection."""
    key = binder.scope.schema.classes[var.class_name].key
    itself = Edge("", var.class_name, key, var.class_name, key, many=False)
    return typed.Collection(var, (typed.Step(itself, binder.scope.new(var.class_name)),))


def instances(binder: Binder, class_name: str) -> typed.Collection:
    """All rows of a class."""
    binder.scope.instances.add(class_name)
    item = binder.scope.new(class_name)
    return typed.Collection(typed.NOWHERE, (typed.Step(Instances(class_name), item),))


def unknown(rows: typed.Collection) -> typed.Condition | None:
    """When it is not known what is in an array: where the attribute that it comes from is not."""
    match rows.steps[0].edge:
        case Unnested((typed.Step(Edge(""), row, ()),), array):
            return typed.IsNull(typed.renamed(array, {row: rows.root}))
        case Unnested(steps) | Mapped(steps) | Top(steps):
            return unknown(typed.Collection(rows.root, steps))
    return None


def ranged_rows(binder: Binder, value: typed.Value) -> typed.Collection | None:
    """The rows that a path reaches, taken away from the condition around it."""
    found = [rows for attribute in typed.attributes(value) if (rows := binder.scope.take_range(attribute))]
    return found[0] if found else None


# Items made of items


def mapped(
    binder: Binder,
    rows: typed.Collection,
    fields: Mapping[str, typed.Value],
    kind: Kind = "value",
    *,
    distinct: bool = False,
) -> typed.Collection:
    """An item with `fields` for each of `rows`; amounts keep with them whether they count."""
    counts = {path: money.counts(binder, value) for path, value in fields.items()}
    flags = {path: typed.Truth(condition) for path, condition in counts.items() if condition}
    made = shape(kind, {path: value.type for path, value in fields.items()}, [*flags])
    source = Mapped(rows.steps, (*fields.values(),), (*flags.values(),), distinct)
    return _made(binder, rows, source, binder.scope.shape(made))


def plain(rows: typed.Collection) -> tuple[typed.Collection, typed.Value] | None:
    """Values that were worked out on rows, as these rows and the value on them; for whatever needs no more."""
    match rows.steps:
        case (typed.Step(Mapped(steps, (value,), distinct=False), _, ()),):
            known = typed.Not(typed.IsNull(value))
            return typed.Collection(rows.root, steps).where(known), value
    return None


def top(binder: Binder, rows: typed.Collection, by: typed.Value, amount: int, *, descending: bool) -> typed.Collection:
    """The first rows by a value, each amount in one currency."""
    by = money.converted(binder, by)
    rows = rows.where(*money.own_currency(binder, by))
    return _made(binder, rows, Top(rows.steps, by, amount, descending), rows.item.class_name)


def of_single(rows: typed.Collection, value: typed.Value) -> typed.Value:
    """A value of the one row that there is; null where there is none."""
    return typed.Aggregate("max", rows, value, value.type)


def of_first(binder: Binder, rows: typed.Single, route: Route) -> Bound | None:
    """What a path leads to from a single row: a single row, or one value; None for everything else."""
    if any(edge.many for edge in route.edges) or route.is_object:
        return None
    steps = tuple(map(binder.scope.follow, route.edges))
    if not route.fields:
        return typed.Single(rows.root, rows.steps + steps)
    value = binder.scope.attribute(rows.item, route.edges, route.fields[0])
    return of_single(rows, value) if is_one(value.type) else None


def _made(binder: Binder, rows: typed.Collection, source: Source, class_name: str) -> typed.Collection:
    item = binder.scope.new(class_name)
    if rows.item in binder.scope.groups and class_name == rows.item.class_name:
        binder.scope.groups[item] = binder.scope.groups[rows.item]
    return typed.Collection(rows.root, (typed.Step(source, item),))
