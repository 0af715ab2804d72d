"""Changes of a vendor's fields: new, vanished or of another type; recorded with their time, never a reason to stop.

The fields stand in the footer of the first load after they changed; until there is one, in the stream's note.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from muster.lake.loads import Load

#: A vendor's fields, name → type in its own words, and when they were first seen so (ISO 8601).
Seen = tuple[str, Mapping[str, str]]


@dataclass(frozen=True)
class SchemaChange:
    """One field of one object that changed; `was` and `now` are types in the vendor's words, blank for none."""

    source: str
    object: str
    at: datetime
    field: str
    kind: Literal["new", "vanished", "retyped"]
    was: str = ""
    now: str = ""


def schemas(held: Iterable[Load], noted: Sequence[Seen]) -> list[Seen]:
    """All that a stream's fields have been, oldest first: as its loads tell and as was noted without rows."""
    told = [(load.loaded_at, load.schema) for load in held if load.schema is not None]
    return sorted([*told, *noted], key=lambda seen: seen[0])


def changes(source: str, object_: str, seen: Iterable[Seen]) -> Iterator[SchemaChange]:
    """What changed from each to the next; the first are no news."""
    for (_, before), (at, after) in pairwise(seen):
        moment = datetime.fromisoformat(at)
        for field in sorted({*before, *after}):
            was, now = before.get(field, ""), after.get(field, "")
            if field not in before:
                yield SchemaChange(source, object_, moment, field, "new", was, now)
            elif field not in after:
                yield SchemaChange(source, object_, moment, field, "vanished", was, now)
            elif was != now:
                yield SchemaChange(source, object_, moment, field, "retyped", was, now)
