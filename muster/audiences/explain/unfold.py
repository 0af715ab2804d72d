"""Audiences of audiences with the rules of the others written out, so that reasons and changes reach through them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from muster.audiences.explain.plain import collections, is_plain
from muster.errors import RuleError
from muster.pql import bind_rule, typed
from muster.schema import Edge, Field, Schema

#: The rule of an audience and whom it is of (`people`, `accounts`); None where it is not known.
RuleOf = Callable[[str], tuple[str, str] | None]


@dataclasses.dataclass(frozen=True)
class Unfolded:
    """A condition without `inSegment`, as far as that can be; `behind` is what each mention was replaced by."""

    condition: typed.Condition
    behind: dict[typed.InSegment, typed.Condition]


def unfold(condition: typed.Condition, schema: Schema, rule_of: RuleOf) -> Unfolded:
    """Write out every audience whose rule is known and that is asked about the row itself."""
    numbers = count(1 + max((item.number for item in typed.walk(condition) if isinstance(item, typed.Var)), default=0))
    behind: dict[typed.InSegment, typed.Condition] = {}

    def replaced(node: Any, within: tuple[str, ...]) -> Any:
        if isinstance(node, typed.InSegment) and not node.row.hops and node.name not in within:
            told = _bound(node, schema, rule_of, numbers)
            if told is not None:
                behind[node] = told
                return replaced(told, (*within, node.name))
        return _rebuilt(node, lambda part: replaced(part, within))

    return Unfolded(replaced(condition, ()), behind)


def _bound(node: typed.InSegment, schema: Schema, rule_of: RuleOf, numbers: Iterator[int]) -> typed.Condition | None:
    """The rule of the audience, about the row that it is asked about."""
    told = rule_of(node.name)
    if told is None:
        return None
    rule, of = told
    try:
        bound = bind_rule(rule, of, schema)
    except RuleError:
        return None
    if bound.root.class_name != node.row.class_name or not all(is_plain(item) for item in collections(bound.condition)):
        return None
    fresh: dict[typed.Var, typed.Var] = {bound.root: node.row.var}

    def renamed(part: Any) -> Any:
        if isinstance(part, typed.Var):
            return fresh.setdefault(part, typed.Var(next(numbers), part.class_name))
        return _rebuilt(part, renamed)

    found: typed.Condition = renamed(bound.condition)
    return found


def _rebuilt(node: Any, part: Callable[[Any], Any]) -> Any:
    """The node with each of its parts replaced; the very same one where none is another."""
    if isinstance(node, tuple):
        return tuple(part(item) for item in node)
    if not dataclasses.is_dataclass(node) or isinstance(node, Edge | Field | type):
        return node
    parts = {item.name: getattr(node, item.name) for item in dataclasses.fields(node)}
    changed = {name: new for name, old in parts.items() if (new := part(old)) is not old}
    return dataclasses.replace(node, **changed) if changed else node
