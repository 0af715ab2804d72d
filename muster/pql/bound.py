"""What a node of a rule can turn out to be once its names are bound, and the errors on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from muster.errors import RuleError
from muster.pql import tree, typed


@dataclass(frozen=True)
class Items:
    """A literal array."""

    items: tuple[typed.Constant, ...]


@dataclass(frozen=True)
class Whole:
    """An object: the fields whose paths begin alike."""

    fields: tuple[typed.Attribute, ...]


Bound = typed.Value | typed.Condition | typed.Collection | typed.Related | Items | Whole


def mistake(node: tree.Node, message: str, expected: str = "") -> RuleError:
    """The error at a node."""
    return RuleError(message, node.at.line, node.at.column, expected)


def any_of(ranged: Sequence[typed.Collection], condition: typed.Condition) -> typed.Condition:
    """The condition asked of any row that its flattened paths reach."""
    for collection in reversed(ranged):
        condition = typed.Exists(collection.where(condition))
    return condition


def not_yet(node: tree.Node, form: str) -> RuleError:
    """The error for a form of PQL that the language page lists as not there yet."""
    return mistake(node, f"{form} is not supported here yet", "see the language page for the forms that are")


def takes(node: tree.Call | tree.Method, *counts: int) -> None:
    """Raises `RuleError` for another number of arguments."""
    if len(node.arguments) not in counts:
        wanted = " or ".join(map(str, counts))
        plural = "" if wanted == "1" else "s"
        raise mistake(node, f"{node.name} takes {wanted} argument{plural}, not {len(node.arguments)}")
