"""Which audiences a rule asks about with `inSegment`; needs no schema."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from muster.pql.parser import parse
from muster.pql.tree import Call, Literal, Method, Node, Position


@dataclass(frozen=True)
class Reference:
    """An audience that a rule names, and where."""

    audience: str
    at: Position


def references(text: str) -> tuple[Reference, ...]:
    """Every mention, in the order of the text; RuleError where the text is no PQL."""
    return tuple(
        Reference(str(argument.value), argument.at)
        for node in _walk(parse(text))
        if isinstance(node, Call | Method) and node.name == "inSegment"
        for argument in node.arguments[:1]
        if isinstance(argument, Literal)
    )


def referenced_audiences(text: str) -> tuple[str, ...]:
    """Names in the order in which they first occur; RuleError where the text is no PQL."""
    return tuple(dict.fromkeys(reference.audience for reference in references(text)))


def _walk(node: object) -> Iterator[Node]:
    if isinstance(node, tuple):
        for item in node:
            yield from _walk(item)
    elif isinstance(node, Node):
        yield node
        for part in dataclasses.fields(node):
            yield from _walk(getattr(node, part.name))
