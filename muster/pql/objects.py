"""Objects: literals `{"name": value}`, entries `mapEntry(key, value)`, and paths into them.

They stand where `map` makes items, or where an attribute of them is asked for at once; an object within an object
is a longer path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.pql import tree, typed
from muster.pql.bound import Bound, mistake, takes
from muster.pql.shapes import KEY, VALUE, Kind

if TYPE_CHECKING:
    from muster.pql.binder import Binder


@dataclass(frozen=True)
class Made:
    """An object: its fields by their paths."""

    kind: Kind
    fields: Mapping[str, typed.Value]


def worked_out(binder: Binder, body: tree.Node) -> Bound | Made:
    """What a function makes of an item: an object, an entry, one value, or related rows."""
    match body:
        case tree.ObjectLiteral():
            return Made("object", _fields(binder, body, ""))
        case tree.Call(_, "mapEntry", _):
            takes(body, 2)
            key, value = body.arguments
            fields = {KEY: _value(binder, key)}
            if isinstance(value, tree.ObjectLiteral):
                return Made("entry", fields | _fields(binder, value, f"{VALUE}."))
            return Made("entry", fields | {VALUE: _value(binder, value)})
    with binder.scope.ranging() as ranged:
        bound = binder.bind(body)
    if ranged and not (isinstance(bound, typed.Attribute) and bound.type.startswith("array<")):
        raise mistake(body, "the path reaches many rows where one value a row is expected", "aggregate it as well")
    return typed.Truth(bound) if isinstance(bound, typed.Condition) else bound


def one_value(binder: Binder, body: tree.Node) -> typed.Value:
    """What is worked out on one item, as one value."""
    with binder.scope.ranging() as ranged:
        value = binder.value(body)
    if ranged:
        raise mistake(body, "the path reaches many rows where one value a row is expected", "aggregate it as well")
    return value


def entry(node: tree.ObjectLiteral, name: str) -> tree.Node:
    """What an object has under a name."""
    for item in node.entries:
        if item.key == name:
            return item.value
    known = ", ".join(item.key for item in node.entries)
    raise mistake(node, f"the object has no {name!r}", f"it has {known}" if known else "")


def _fields(binder: Binder, node: tree.ObjectLiteral, before: str) -> dict[str, typed.Value]:
    found: dict[str, typed.Value] = {}
    for item in node.entries:
        path = before + item.key
        if not item.key or path in found or item.key.endswith(")"):
            raise mistake(item, f"{item.key!r} cannot be a name here", "give every value of an object its own name")
        if isinstance(item.value, tree.ObjectLiteral):
            found |= _fields(binder, item.value, f"{path}.")
        else:
            found[path] = _value(binder, item.value)
    if not found:
        raise mistake(node, "an object without names has nothing to ask for")
    return found


def _value(binder: Binder, node: tree.Node) -> typed.Value:
    value = one_value(binder, node)
    if value.type.startswith(("array<", "map<")):
        raise mistake(node, f"an {value.type} cannot stand in an object")
    return value
