"""How large a rule is: containers in one another, conditions in one of them, values in a list, hops over relations.

A rule is a container; a quantifier, filter, aggregate or chain is one inside it, and so is a group of `and` or `or`
within another group. Conditions of a container are those that stand in it themselves. Hops are counted from the person
or account that the rule is about; a shortcut such as `xEvent` of an account is as many as it stands for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from muster.errors import RuleError
from muster.pql import parse
from muster.pql.paths import Segment, resolve
from muster.pql.tree import (
    ArrayLiteral,
    Attribute,
    Chain,
    Declaration,
    Filter,
    Logical,
    Name,
    Node,
    Position,
    PrefixAggregate,
    Quantified,
)
from muster.schema import Schema

_CONTAINERS = (Quantified, PrefixAggregate, Filter, Chain)


@dataclass(frozen=True)
class RuleSize:
    """The largest of each; `classes` are those walked to, empty where no schema was given."""

    depth: int
    conditions: int
    values: int
    hops: int
    classes: frozenset[str]


def measure(text: str, of: str, schema: Schema | None = None) -> RuleSize:
    """The size of a rule; RuleError where the text is no PQL. Names that lead nowhere are not counted."""
    tree = parse(text)
    reach = list(_Reach(schema).places(tree, _Place(schema.of(of).name, 0), {})) if schema else []
    nodes = list(_walk(tree))
    return RuleSize(
        depth=_depth(tree, in_group=False) + 1,
        conditions=max([_conditions(node) for node in nodes] + [1]),
        values=max((len(node.items) for node in nodes if isinstance(node, ArrayLiteral)), default=0),
        hops=max((place.hops for place in reach), default=0),
        classes=frozenset(place.class_name for place in reach if place.hops),
    )


def _depth(node: Node, in_group: bool) -> int:
    """Containers in one another at and below a node."""
    is_group = isinstance(node, Logical)
    own = int(isinstance(node, _CONTAINERS) or (is_group and in_group))
    return own + max((_depth(child, is_group) for child in _children(node)), default=0)


def _conditions(node: Node) -> int:
    if not isinstance(node, Logical):
        return 0
    return sum(not isinstance(item, (*_CONTAINERS, Logical)) for item in node.operands)


def _children(node: object) -> Iterator[Node]:
    if isinstance(node, tuple):
        for item in node:
            yield from _children(item)
    elif isinstance(node, Node):
        for part in dataclasses.fields(node):
            value = getattr(node, part.name)
            if isinstance(value, Node):
                yield value
            elif isinstance(value, tuple):
                for item in value:
                    if isinstance(item, Node):
                        yield item


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in _children(node):
        yield from _walk(child)


@dataclass(frozen=True)
class _Place:
    class_name: str
    hops: int


@dataclass(frozen=True)
class _Reach:
    """Follows the relations of a tree, scope by scope."""

    schema: Schema | None

    def places(self, node: Node, here: _Place, variables: Mapping[str, _Place]) -> Iterator[_Place]:
        """Every place that a node's relations lead to; `here` is what bare names are of."""
        if isinstance(node, Quantified | PrefixAggregate):
            inner = dict(variables)
            for declared in node.declarations:
                yield from self.places(declared.source, here, inner)
                if found := self._place(declared.source, here, inner):
                    inner[declared.name] = found
            for child in _children(node):
                if isinstance(child, Declaration):
                    child = child.where or child.source
                yield from self.places(child, here, inner)
            return
        if found := self._place(node, here, variables):
            yield found
        if isinstance(node, Filter):
            yield from self.places(node.target, here, variables)
            yield from self.places(node.predicate, found or here, variables)
            return
        for child in _children(node):
            yield from self.places(child, here, variables)

    def _place(self, node: Node, here: _Place, variables: Mapping[str, _Place]) -> _Place | None:
        """Where a path leads, be it to rows or to one of their attributes."""
        if isinstance(node, Filter):
            return self._place(node.target, here, variables)
        names: list[str] = []
        while isinstance(node, Attribute):
            names.insert(0, node.name)
            node = node.target
        if isinstance(node, Filter):
            start = self._place(node, here, variables)
        elif isinstance(node, Name) and node.name in variables:
            start = variables[node.name]
        elif isinstance(node, Name):
            start = here
            names.insert(0, node.name)
        else:
            return None
        return self._onward(start, names) if start else None

    def _onward(self, start: _Place, names: list[str]) -> _Place | None:
        if not names:
            return start
        assert self.schema is not None  # noqa: S101 (places are asked for with a schema only)
        try:
            route = resolve(self.schema, start.class_name, [Segment(name, Position(1, 1)) for name in names])
        except RuleError:
            return None
        end = route.edges[-1].target if route.edges else start.class_name
        return _Place(end, start.hops + len(route.edges))
