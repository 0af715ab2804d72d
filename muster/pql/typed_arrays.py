"""Arrays in the typed tree: what a rule can go over besides relations, and values taken from arrays and maps.

A source stands where a relation stands, as the first step of a collection. Its items are rows of a class, or of a
`shapes.Shape`; it links to the same row as the steps it is made of. Order, where it matters, is rank in a `Top`,
position in an array, time of an event; else the key of a row, or the value itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from muster.pql.typed import Constant, Step, Type, Value, Var


@dataclass(frozen=True)
class Source:
    """Something to go over that is no relation."""

    many: ClassVar[bool] = True


@dataclass(frozen=True)
class Instances(Source):
    """All rows of a class, related or not."""

    class_name: str


@dataclass(frozen=True)
class Literals(Source):
    """The items of a literal array."""

    items: tuple[Constant, ...]


@dataclass(frozen=True)
class Unnested(Source):
    """The items of an array on each row of `steps`, with the map beside that they are keys of."""

    steps: tuple[Step, ...]
    array: Value
    beside: Value | None = None


@dataclass(frozen=True)
class Mapped(Source):
    """One item a row of `steps`: `columns` worked out on it, and `flags` that say whether an amount counts.

    `distinct`: one item for all rows with the same columns; a flag then holds where it holds for one of them.
    """

    steps: tuple[Step, ...]
    columns: tuple[Value, ...]
    flags: tuple[Value, ...] = ()
    distinct: bool = False


@dataclass(frozen=True)
class Top(Source):
    """The first `amount` rows of `steps` by a value; unknown values come last, ties go by the order of the rows."""

    steps: tuple[Step, ...]
    by: Value
    amount: int
    descending: bool


@dataclass(frozen=True)
class Members(Source):
    """The rows of `steps` that fell into one group: their `by` is the value of the root, an item of a `Mapped`."""

    steps: tuple[Step, ...]
    by: Value


@dataclass(frozen=True)
class Place:
    """What the items of a collection are ordered by, where nothing else is said."""

    var: Var
    type: Type = "number"


@dataclass(frozen=True)
class MapKeys:
    """The keys of a map, as an array."""

    operand: Value
    type: Type


@dataclass(frozen=True)
class MapGet:
    """The value of a map under a key; null where it has no such key."""

    operand: Value
    key: Value
    type: Type
