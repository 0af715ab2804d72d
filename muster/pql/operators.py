"""Binding of the operators that stand between two operands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pql import sets, tree
from muster.pql.bound import Bound
from muster.pql.compare import arithmetic, compare, like

if TYPE_CHECKING:
    from muster.pql.binder import Binder


def binary(binder: Binder, node: tree.Binary) -> Bound:
    """An operator between two operands."""
    match node.operator:
        case "+" | "-" | "*" | "/" | "%":
            return arithmetic(node, node.operator, *binder.values(node.left, node.right))
        case "in" | "notin":
            return sets.among(binder, node, binder.value(node.left), node.right, negated=node.operator == "notin")
        case "like":
            return like(binder, node, binder.value(node.left), node.right)
        case "=" | "!=" if sets.gives_array(node.left) or sets.gives_array(node.right):
            return sets.equal(binder, node)
    left, right = binder.values(node.left, node.right)
    if node.operator in ("=", "!=") and left.type.startswith("array<") and right.type.startswith("array<"):
        return sets.same(binder, node, left, right)
    return compare(node, node.operator, left, right)
