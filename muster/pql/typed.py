"""The typed tree: a rule whose names are bound to the schema and whose types are checked.

These node kinds, with those of `typed_arrays`, `typed_text` and `typed_times`, are the allow-list: nothing else can
reach SQL. Flattened paths, shortcuts and chained quantifiers are gone by now; what is left are values, conditions,
and collections of related rows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any as Anything
from typing import TypeVar, cast

from muster.pql.typed_arrays import MapGet, MapKeys, Place, Source
from muster.pql.typed_text import Like as Like
from muster.pql.typed_text import Matches as Matches
from muster.pql.typed_text import RegexGroup as RegexGroup
from muster.pql.typed_text import StringTest as StringTest
from muster.pql.typed_times import CompareTime as CompareTime
from muster.pql.typed_times import CurrentPart as CurrentPart
from muster.pql.typed_times import Day as Day
from muster.pql.typed_times import Distance as Distance
from muster.pql.typed_times import Now as Now
from muster.pql.typed_times import Period as Period
from muster.pql.typed_times import Shifted as Shifted
from muster.pql.typed_times import Within as Within
from muster.schema import Edge, Field

#: string, number, boolean, date, timestamp, period (`last month`), array<…> or map<…, …>.
Type = str
Part = TypeVar("Part")
TIMES = ("date", "timestamp", "period")


@dataclass(frozen=True)
class Var:
    """A row that a rule speaks about: the entity itself, or an item of a collection."""

    number: int
    class_name: str


#: The root of what is the same wherever it is asked.
NOWHERE = Var(-1, "")


@dataclass(frozen=True)
class Step:
    """One relation of a collection, or the array that it starts with; only rows that meet all `filters` are reached."""

    edge: Edge | Source
    item: Var
    filters: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Collection:
    """The rows reached from `root` along `steps`; a row reached over several ways is one row."""

    root: Var
    steps: tuple[Step, ...]

    @property
    def item(self) -> Var:
        return self.steps[-1].item

    def where(self, *conditions: Condition) -> Collection:
        """Only the rows that also meet `conditions`."""
        last = dataclasses.replace(self.steps[-1], filters=self.steps[-1].filters + conditions)
        return Collection(self.root, (*self.steps[:-1], last))


@dataclass(frozen=True)
class Single(Collection):
    """A collection of one row at most, such as the first: its attributes are values, null where there is no row."""


@dataclass(frozen=True)
class Related:
    """The one row reached from `var` along relations to one, or none."""

    var: Var
    hops: tuple[Edge, ...]
    class_name: str


# Values


@dataclass(frozen=True)
class Constant:
    """Text, a number, a truth value, or a date as ISO text."""

    value: str | int | float | bool
    type: Type


@dataclass(frozen=True)
class Attribute:
    """A field of the row that `hops` lead to."""

    var: Var
    hops: tuple[Edge, ...]
    field: Field

    @property
    def type(self) -> Type:
        return self.field.type


@dataclass(frozen=True)
class Arithmetic:
    """`+`, `-`, `*`, `/` or `%` over numbers."""

    operator: str
    left: Value
    right: Value
    type: Type = "number"


@dataclass(frozen=True)
class DatePart:
    """`month`, `year` or `day` of a date or timestamp."""

    part: str
    operand: Value
    type: Type = "number"


@dataclass(frozen=True)
class ArraySize:
    """How many items an array column holds; none where it is null."""

    operand: Value
    type: Type = "number"


@dataclass(frozen=True)
class Aggregate:
    """`count`, `sum`, `min`, `max` or `average`; `value` is None for count."""

    function: str
    collection: Collection
    value: Value | None
    type: Type = "number"


@dataclass(frozen=True)
class Truth:
    """A condition used as a value: true or false, never null."""

    condition: Condition
    type: Type = "boolean"


@dataclass(frozen=True)
class If:
    """`then` where the test is true, else `otherwise`."""

    test: Condition
    then: Value
    otherwise: Value
    type: Type


@dataclass(frozen=True)
class Read:
    """A text read as a number, a truth value, a date or a timestamp; null where it is none."""

    text: Value
    type: Type


@dataclass(frozen=True)
class Organisation:
    """The organisation's currency."""

    type: Type = "string"


Value = (
    Constant
    | Attribute
    | Arithmetic
    | DatePart
    | ArraySize
    | Aggregate
    | Truth
    | If
    | Read
    | Organisation
    | Now
    | CurrentPart
    | Day
    | Period
    | Shifted
    | MapKeys
    | MapGet
    | Place
    | RegexGroup
)


# Conditions: true, or not; SQL's null counts as not


@dataclass(frozen=True)
class All:
    """All of them hold; true where there are none."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Any:
    """One of them holds; false where there are none."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """It does not hold."""

    condition: Condition


@dataclass(frozen=True)
class IsTrue:
    """A value that is true or false, as a condition."""

    operand: Value


@dataclass(frozen=True)
class IsNull:
    """The value is not known."""

    operand: Value


@dataclass(frozen=True)
class Missing:
    """No row is related."""

    row: Related


@dataclass(frozen=True)
class Compare:
    """`=`, `!=`, `<`, `<=`, `>`, `>=` over two values of one type."""

    operator: str
    left: Value
    right: Value


@dataclass(frozen=True)
class InList:
    """The value is among literals."""

    subject: Value
    items: tuple[Constant, ...]
    negated: bool = False


@dataclass(frozen=True)
class InArray:
    """`subject` is an item of an array column."""

    subject: Value
    array: Value
    negated: bool = False


@dataclass(frozen=True)
class Exists:
    """There is a row in the collection."""

    collection: Collection


@dataclass(frozen=True)
class Item:
    """One item of a chain: at least `count` rows that meet `condition`, the last of them called `row`."""

    row: Var
    time: Value
    condition: Condition
    count: int = 1


@dataclass(frozen=True)
class Chain:
    """The collection has rows for every item, those of an item after all rows of the item before it.

    Rows are in the order of their time, and of their key where times are equal; a row without a time is in no order
    and in no chain. The condition of an item may speak of the rows of the items before it.
    """

    collection: Collection
    items: tuple[Item, ...]


@dataclass(frozen=True)
class InSegment:
    """The row is a member of another audience."""

    row: Related
    name: str


Condition = (
    All
    | Any
    | Not
    | IsTrue
    | IsNull
    | Missing
    | Compare
    | CompareTime
    | Within
    | Distance
    | StringTest
    | Like
    | Matches
    | InList
    | InArray
    | Exists
    | Chain
    | InSegment
)


def walk(node: object) -> Iterator[object]:
    """Every typed node below and including `node`, parents first."""
    pending: list[object] = [node]
    while pending:
        item = pending.pop()
        if isinstance(item, tuple):
            pending.extend(item)
        elif dataclasses.is_dataclass(item) and not isinstance(item, Edge | Field):
            yield item
            pending.extend(getattr(item, part.name) for part in dataclasses.fields(item))


def free_variables(node: object) -> set[Var]:
    """The rows that `node` speaks about but does not itself reach."""
    nodes = list(walk(node))
    return {item for item in nodes if isinstance(item, Var)} - _reached(nodes) - {NOWHERE}


def replaced(node: Part, others: Mapping[Attribute, Attribute]) -> Part:
    """`node` with other attributes in the place of some."""
    return cast(Part, _replaced(node, others))


def _replaced(node: Anything, others: Mapping[Attribute, Attribute]) -> Anything:
    if isinstance(node, Attribute):
        return others.get(node, node)
    if isinstance(node, tuple):
        return tuple(_replaced(item, others) for item in node)
    if not dataclasses.is_dataclass(node) or isinstance(node, Edge | Field | Var | type):
        return node
    parts = {part.name: _replaced(getattr(node, part.name), others) for part in dataclasses.fields(node)}
    return dataclasses.replace(node, **parts)


def renamed(node: Part, names: Mapping[Var, Var]) -> Part:
    """`node` with other rows in the place of some."""
    return cast(Part, _renamed(node, names))


def _renamed(node: Anything, names: Mapping[Var, Var]) -> Anything:
    if isinstance(node, Var):
        return names.get(node, node)
    if isinstance(node, tuple):
        return tuple(_renamed(item, names) for item in node)
    if not dataclasses.is_dataclass(node) or isinstance(node, Edge | Field | type):
        return node
    parts = {part.name: _renamed(getattr(node, part.name), names) for part in dataclasses.fields(node)}
    return dataclasses.replace(node, **parts)


def reached(node: object) -> set[Var]:
    """The rows that `node` itself reaches."""
    return _reached(list(walk(node)))


def _reached(nodes: Sequence[object]) -> set[Var]:
    return {item.item if isinstance(item, Step) else item.row for item in nodes if isinstance(item, Step | Item)}


def attributes(node: object) -> list[Attribute]:
    """The attributes that `node` reads."""
    return [item for item in walk(node) if isinstance(item, Attribute)]
