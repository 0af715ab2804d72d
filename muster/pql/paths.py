"""Dotted paths against the schema: relations, shortcuts and attributes mixed, the longest name first.

`opportunity.account.accountBillingAddress.country` is two relations and one attribute whose XDM path has a dot
in it. A name that does not exist is answered with the nearest ones that do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from muster.errors import RuleError
from muster.pql.tree import Position
from muster.schema import Edge, EntityClass, Field, Schema


@dataclass(frozen=True)
class Segment:
    """One name of a path and where it stands; `xdm:` before it says nothing that is not known here."""

    name: str
    at: Position

    @classmethod
    def of(cls, name: str, at: Position) -> Segment:
        return cls(name.removeprefix("xdm:"), at)


@dataclass(frozen=True)
class Route:
    """Where a path leads: over `edges`, and there to one field, to an object (several fields), or to the row."""

    edges: tuple[Edge, ...]
    fields: tuple[Field, ...] = ()
    is_object: bool = False


def resolve(schema: Schema, class_name: str, segments: Sequence[Segment]) -> Route:
    """The route of a path that starts at a row of `class_name`.

    Raises `RuleError` at the first name that cannot be followed, with the nearest names that can.
    """
    routes = list(_routes(schema, class_name, segments, ()))
    if routes:
        return routes[0]
    at_class, rest = _furthest(schema, class_name, segments)
    name = ".".join(segment.name for segment in rest)
    at = rest[0].at
    raise RuleError(f"{at_class} has no {name!r}", at.line, at.column, nearest(schema, at_class, name))


def nearest(schema: Schema, class_name: str, name: str) -> str:
    """`did you mean …`, or nothing where no name comes near."""
    owner = schema.classes[class_name]
    names = [*owner.fields, *owner.edges, *owner.shortcuts]
    found = [path for path in owner.fields if path.lower().endswith(f".{name.lower()}")]
    if column := owner.column(name):
        found.append(column.path)
    found += get_close_matches(name, names, n=3, cutoff=0.7)
    found += get_close_matches(name.split(".")[0], [*owner.edges, *owner.shortcuts], n=1, cutoff=0.7)
    found += [f"{relation}.{name}" for relation, target in _neighbours(schema, owner) if name in target.fields]
    found += get_close_matches(name, names, n=3, cutoff=0.5)
    return did_you_mean(found)


def did_you_mean(names: Sequence[str]) -> str:
    """The first three different names as a hint."""
    return f"did you mean {' or '.join(list(dict.fromkeys(names))[:3])}?" if names else ""


def _routes(
    schema: Schema, class_name: str, segments: Sequence[Segment], shortcuts: tuple[tuple[str, str], ...]
) -> Iterator[Route]:
    if not segments:
        yield Route(())
        return
    owner = schema.classes[class_name]
    whole = ".".join(segment.name for segment in segments)
    if whole in owner.fields:
        yield Route((), (owner.fields[whole],))
    for length in range(len(segments), 0, -1):
        name = ".".join(segment.name for segment in segments[:length])
        for edges in _relation(schema, owner, name, shortcuts):
            target = edges[-1].target
            for route in _routes(schema, target, segments[length:], ()):
                yield Route(edges + route.edges, route.fields, route.is_object)
    if parts := tuple(field for path, field in owner.fields.items() if path.startswith(f"{whole}.")):
        yield Route((), parts, is_object=True)


def _relation(
    schema: Schema, owner: EntityClass, name: str, shortcuts: tuple[tuple[str, str], ...]
) -> Iterator[tuple[Edge, ...]]:
    if name in owner.edges:
        yield (owner.edges[name],)
    elif name in owner.shortcuts and (owner.name, name) not in shortcuts:
        path = [Segment(part, Position(1, 1)) for part in owner.shortcuts[name].split(".")]
        for route in _routes(schema, owner.name, path, (*shortcuts, (owner.name, name))):
            if route.edges and not route.fields:
                yield route.edges


def _furthest(schema: Schema, class_name: str, segments: Sequence[Segment]) -> tuple[str, Sequence[Segment]]:
    """The class at which a path that leads nowhere gets stuck, and what is left of it there."""
    owner = schema.classes[class_name]
    for length in range(len(segments) - 1, 0, -1):
        name = ".".join(segment.name for segment in segments[:length])
        for edges in _relation(schema, owner, name, ()):
            return _furthest(schema, edges[-1].target, segments[length:])
    return class_name, segments


def _neighbours(schema: Schema, owner: EntityClass) -> Iterator[tuple[str, EntityClass]]:
    for name in (*owner.shortcuts, *owner.edges):
        for edges in _relation(schema, owner, name, ()):
            yield name, schema.classes[edges[-1].target]
