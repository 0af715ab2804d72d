"""The syntax tree: what a rule says, before any name in it means anything.

Every node knows where it stands in the text. Names are bound to the schema and types checked in `binder`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

#: How many nodes may stand in one another; deeper rules are refused, so that whatever walks a tree may recurse.
MAX_DEPTH = 100


@dataclass(frozen=True)
class Position:
    """Line and column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Node:
    """Something that a rule says, and where."""

    at: Position


@dataclass(frozen=True)
class Literal(Node):
    """Text, a number, true or false."""

    value: str | int | float | bool


@dataclass(frozen=True)
class ArrayLiteral(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Name(Node):
    """A bare name; `levels` counts the `^` before it, each one scope further out.

    `quoted` where a word that means a time, such as today, is a name because it stands in backticks.
    """

    name: str
    levels: int = 0
    quoted: bool = False


@dataclass(frozen=True)
class Attribute(Node):
    """`target.name`."""

    target: Node
    name: str


@dataclass(frozen=True)
class Filter(Node):
    """`target[predicate]`."""

    target: Node
    predicate: Node


@dataclass(frozen=True)
class Call(Node):
    """`name(arguments)`."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Method(Node):
    """`target.name(arguments)`."""

    target: Node
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Unary(Node):
    """`not` or `-`."""

    operator: str
    operand: Node


@dataclass(frozen=True)
class Logical(Node):
    """`and` or `or` over two or more operands."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True)
class Binary(Node):
    """A comparison, an arithmetic sign, `like`, `in` or `notIn` (lower case, `notin`)."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Relative(Node):
    """`3 days before now`; `unit` in the singular, `direction` is before or after (`from` is after)."""

    amount: int
    unit: str
    direction: str
    anchor: Node


@dataclass(frozen=True)
class Period(Node):
    """`this month`, `last week`, `next year`: `offset` 0, -1, 1."""

    offset: int
    unit: str


@dataclass(frozen=True)
class Distance(Node):
    """The tail of `t occurs <= 3 days before now`."""

    operator: str
    amount: int
    unit: str
    direction: str
    anchor: Node


@dataclass(frozen=True)
class Side(Node):
    """The tail of `t occurs before today`."""

    direction: str
    anchor: Node


@dataclass(frozen=True)
class On(Node):
    """The tail of `t occurs on today`."""

    anchor: Node


@dataclass(frozen=True)
class Between(Node):
    """The tail of `t occurs between yesterday and today`."""

    low: Node
    high: Node


@dataclass(frozen=True)
class Occurs(Node):
    """`subject occurs when`."""

    subject: Node
    when: Distance | Side | On | Between


@dataclass(frozen=True)
class Declaration(Node):
    """`name from source where condition`."""

    name: str
    source: Node
    where: Node | None


@dataclass(frozen=True)
class Quantified(Node):
    """`exists`, `forall`, `select`, `some`, `all`, `none` or `one` over declared variables."""

    kind: str
    declarations: tuple[Declaration, ...]


@dataclass(frozen=True)
class PrefixAggregate(Node):
    """`sum X.f over X from A where C`."""

    function: str
    value: Node
    declarations: tuple[Declaration, ...]


@dataclass(frozen=True)
class Lambda(Node):
    """`X => body`, `(K, G) => body`."""

    parameters: tuple[str, ...]
    body: Node


@dataclass(frozen=True)
class Let(Node):
    """`let name = value in (body)`."""

    name: str
    value: Node
    body: Node


@dataclass(frozen=True)
class Entry(Node):
    """`"key": value` of an object."""

    key: str
    value: Node


@dataclass(frozen=True)
class ObjectLiteral(Node):
    """`{"key": value, …}`."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class ChainItem(Node):
    """`name: WHAT(what) WHEN(when) COUNT(count) WHERE(where)`; a clause that is not there is None."""

    name: str
    what: Node | None = None
    when: Distance | Side | On | Between | None = None
    count: int | None = None
    where: Node | None = None


@dataclass(frozen=True)
class Chain(Node):
    """`CHAIN(rows, time, [items])`: rows in the order of `time`, one after the other as the items ask."""

    rows: Node
    time: Node
    items: tuple[ChainItem, ...]


def negative(at: Position, operand: Node) -> Node:
    """`-operand`; the sign of a number is part of it."""
    if isinstance(operand, Literal) and type(operand.value) in (int, float):
        return Literal(at, -operand.value)  # type: ignore[operator]
    return Unary(at, "-", operand)


def children(node: Node) -> Iterator[Node]:
    """The nodes right below one, in the order of the text."""
    for part in vars(node).values():
        if isinstance(part, Node):
            yield part
        elif isinstance(part, tuple):
            yield from (item for item in part if isinstance(item, Node))


def too_deep(root: Node) -> Node | None:
    """A node at which a tree goes deeper than `MAX_DEPTH`, if it does; walks without recursion."""
    waiting = [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DEPTH:
            return node
        waiting.extend((child, depth + 1) for child in children(node))
    return None
