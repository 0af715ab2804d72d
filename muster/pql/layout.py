"""Text that knows where it may be broken, and its rendering within a width.

The algebra is that of Wadler's "A prettier printer": a group is written on one line where it fits, and otherwise all
of its own breaks are taken; the groups within decide for themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Break:
    """Where a line may end; `flat` is what stands there if it does not.

    With `fill` it is taken only where what follows up to the next one does not fit.
    """

    flat: str = " "
    fill: bool = False


@dataclass(frozen=True)
class Nest:
    """Lines within are indented by two more; from the column of its start where it is `aligned`."""

    body: Doc
    aligned: bool = False


@dataclass(frozen=True)
class Group:
    """All on one line, or every break of its own taken."""

    body: Doc


Doc: TypeAlias = "str | Break | Nest | Group | tuple[Doc, ...]"
_Rest: TypeAlias = list[tuple[int, bool, Doc]]

SPACE, EMPTY, FILL = Break(), Break(""), Break(fill=True)
INDENT = 2


def render(doc: Doc, width: int | None = None) -> str:
    """The text within a width where that can be; on one line without one."""
    written: list[str] = []
    column = 0
    rest: _Rest = [(0, width is None, doc)]
    while rest:
        indent, flat, part = rest.pop()
        match part:
            case str():
                written.append(part)
                column += len(part)
            case tuple():
                rest.extend((indent, flat, item) for item in reversed(part))
            case Nest(body, aligned):
                rest.append((column if aligned else indent + INDENT, flat, body))
            case Group(body):
                fits = flat or _fits(body, rest, (width or 0) - column)
                rest.append((indent, fits, body))
            case Break(text, fill):
                if flat or (fill and _fits(text, rest, (width or 0) - column)):
                    written.append(text)
                    column += len(text)
                else:
                    written.append("\n" + " " * indent)
                    column = indent
    return "".join(written)


def _fits(doc: Doc, rest: _Rest, room: int) -> bool:
    """Whether a part, on one line, and what follows it up to the next place where a line may end, has room."""
    ahead: list[tuple[bool, Doc]] = [(flat, item) for _, flat, item in rest[-64:]]
    ahead.append((True, doc))
    while ahead and room >= 0:
        flat, part = ahead.pop()
        match part:
            case str():
                room -= len(part)
            case tuple():
                ahead.extend((flat, item) for item in reversed(part))
            case Nest(body) | Group(body):
                ahead.append((flat or isinstance(part, Group), body))
            case Break(text):
                if not flat:
                    return True
                room -= len(text)
    return room >= 0


def joined(items: list[Doc], between: Doc) -> Doc:
    """Items with something between each two."""
    return tuple(part for item in items for part in (between, item))[1:]


def enclosed(left: str, body: Doc, right: str) -> Doc:
    """In brackets, which stand on lines of their own where the body does not fit between them."""
    return Group((left, Nest((EMPTY, body)), EMPTY, right))
