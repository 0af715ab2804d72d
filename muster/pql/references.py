"""Which audiences a rule asks about with `inSegment`; needs no schema."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from muster.pql.parser import parse
from muster.pql.tree import Call, Literal, Method, Node


def referenced_audiences(text: str) -> tuple[str, ...]:
    """Names in the order in which they first occur; RuleError where the text is no PQL."""
    named = (
        str(argument.value)
        for node in _walk(parse(text))
        if isinstance(node, Call | Method) and node.name == "inSegment"
        for argument in node.arguments[:1]
        if isinstance(argument, Literal)
    )
    return tuple(dict.fromkeys(named))


def _walk(node: object) -> Iterator[Node]:
    if isinstance(node, tuple):
        for item in node:
            yield from _walk(item)
    elif isinstance(node, Node):
        yield node
        for part in dataclasses.fields(node):
            yield from _walk(getattr(node, part.name))
