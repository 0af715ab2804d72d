"""Times in the typed tree: those that follow from the evaluation's instant, and conditions on times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muster.pql.typed import Type, Value


@dataclass(frozen=True)
class Now:
    """The evaluation's instant."""

    type: Type = "timestamp"


@dataclass(frozen=True)
class CurrentPart:
    """`month`, `year` or `day` of now."""

    part: str
    type: Type = "number"


@dataclass(frozen=True)
class Day:
    """Today and its neighbours: `offset` 0, -1, 1."""

    offset: int
    type: Type = "date"


@dataclass(frozen=True)
class Period:
    """The calendar unit that holds now, shifted by `offset` units."""

    offset: int
    unit: str
    type: Type = "period"


@dataclass(frozen=True)
class Shifted:
    """`amount` units before or after another time."""

    amount: int
    unit: str
    direction: str
    anchor: Value
    type: Type


@dataclass(frozen=True)
class CompareTime:
    """As `Compare`, over dates, timestamps and periods."""

    operator: str
    left: Value
    right: Value


@dataclass(frozen=True)
class Within:
    """`occurs between`: both ends included."""

    subject: Value
    low: Value
    high: Value


@dataclass(frozen=True)
class Distance:
    """`occurs <= 3 days before now`."""

    subject: Value
    operator: str
    amount: int
    unit: str
    direction: str
    anchor: Value
