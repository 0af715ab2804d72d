"""The syntax tree of a SOQL query; `at` is a place in its text, from 0."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Path:
    """A field, at the end of a way through parents: `Account.Owner.Name`."""

    parts: tuple[str, ...]
    at: int

    def __str__(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True)
class Call:
    """A function of a field, or of nothing: `COUNT()`, `MAX(Amount)`."""

    function: str
    path: Path | None
    at: int
    alias: str | None = None


@dataclass(frozen=True)
class Literal:
    """`kind` is string, number, date, datetime, boolean, null or period (`TODAY`, `LAST_N_DAYS:3`)."""

    kind: str
    value: Any
    at: int


@dataclass(frozen=True)
class Compare:
    """`subject operator value`; the operator one of `= != < <= > >= like`."""

    subject: Path | Call
    operator: str
    value: Literal


@dataclass(frozen=True)
class Among:
    """`subject [not] in (…)`, with values or a query."""

    subject: Path | Call
    negated: bool
    values: tuple[Literal, ...] | Query


@dataclass(frozen=True)
class Includes:
    """`subject includes ('a;b', 'c')`: of the several values of a picklist, a and b, or c."""

    subject: Path | Call
    negated: bool
    values: tuple[Literal, ...]


@dataclass(frozen=True)
class Not:
    """The condition does not hold."""

    condition: Condition


@dataclass(frozen=True)
class Logical:
    """Conditions joined by one operator, `and` or `or`."""

    operator: str
    conditions: tuple[Condition, ...]


Condition = Compare | Among | Includes | Not | Logical


@dataclass(frozen=True)
class Order:
    """One of the things that rows are sorted by."""

    subject: Path | Call
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True)
class Selected:
    """A field in SELECT, with another name where the query gives it one."""

    path: Path
    alias: str | None = None


@dataclass(frozen=True)
class Query:
    """A query, or a child query inside one, whose `object` is then the name of the relationship."""

    items: tuple[Selected | Call | Query, ...]
    object: str
    at: int
    where: Condition | None = None
    groups: tuple[Path, ...] = ()
    having: Condition | None = None
    orders: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    offset_at: int = 0
    all_rows: bool = field(default=False)
