"""The typed tree: a rule whose names are bound to the schema and whose types are checked.

These node kinds are the allow-list: nothing else can reach SQL. Flattened paths, shortcuts and chained
quantifiers are gone by now; what is left are values, conditions, and collections of related rows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from muster.schema import Edge, Field

#: string, number, boolean, date, timestamp, period (`last month`) or array<…>.
Type = str
TIMES = ("date", "timestamp", "period")


@dataclass(frozen=True)
class Var:
    """A row that a rule speaks about: the entity itself, or an item of a collection."""

    number: int
    class_name: str


@dataclass(frozen=True)
class Step:
    """One relation of a collection; only rows that meet all `filters` are reached."""

    edge: Edge
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
class Organisation:
    """The organisation's currency."""

    type: Type = "string"


# Times that follow from the evaluation's instant


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


Value = (
    Constant
    | Attribute
    | Arithmetic
    | DatePart
    | ArraySize
    | Aggregate
    | Truth
    | Organisation
    | Now
    | CurrentPart
    | Day
    | Period
    | Shifted
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


@dataclass(frozen=True)
class StringTest:
    """`contains`, `startsWith`, `endsWith`, `=` or `!=` over text."""

    kind: str
    subject: Value
    argument: Value
    match_case: bool = True
    negated: bool = False


@dataclass(frozen=True)
class Like:
    """SQL's pattern, escaped by backslashes."""

    subject: Value
    pattern: str


@dataclass(frozen=True)
class Matches:
    """A regular expression (RE2) that the whole text has to match."""

    subject: Value
    pattern: str


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
    reached = {item.item for item in nodes if isinstance(item, Step)}
    return {item for item in nodes if isinstance(item, Var)} - reached


def attributes(node: object) -> list[Attribute]:
    """The attributes that `node` reads."""
    return [item for item in walk(node) if isinstance(item, Attribute)]
