"""Why an entity is in an audience or not, and what would change it, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Row:
    """A source row: its class and key (of people and accounts the id), a name to call it by, its time where it is an
    event, its key at the source where that is another one, and what was read of it.
    """

    class_name: str
    key: str | int
    label: str | None = None
    time: datetime | None = None
    source_key: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Met:
    """A condition on the rows of a relation, and how many of them meet it."""

    text: str
    rows: int


@dataclass(frozen=True)
class Example:
    """A row of a relation: whether it meets all conditions, and those that it does not."""

    row: Row
    meets: bool
    fails: tuple[str, ...]
    parts: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Group:
    """The rows of a relation that a condition asks about: how many are `reached`, how many meet everything (`met`).

    `examples` are some that do, or else those that come nearest.
    """

    relation: str
    reached: int
    met: int
    conditions: tuple[Met, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Finding:
    """A condition: its text, whether it holds, the values that it compares, its rows, and the conditions within.

    `head` is the text without the conditions on rows, which `groups` have.
    """

    text: str
    holds: bool
    head: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    parts: tuple[Finding, ...] = ()
    joined_by: str = ""  # `and`, `or`, `not`; `rule`: of the audience asked about


@dataclass(frozen=True)
class Step:
    """One thing that would have to be otherwise; `row` is None for the entity's own."""

    text: str
    row: Row | None = None


@dataclass(frozen=True)
class Change:
    """Steps that together would turn the answer; `effort` orders changes and has no unit.

    `is_checked` says that the rule was evaluated with the change made, and did turn.
    """

    effort: float
    steps: tuple[Step, ...]
    is_checked: bool = False


@dataclass(frozen=True)
class Turn:
    """When the answer turns by time alone, and the conditions that turn it."""

    at: datetime
    because: tuple[str, ...]
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Stored:
    """What the stored membership says: in or not, since which version, and whether that agrees with the rule.

    `since` is when the run of versions with the same answer began; None where the audience was never evaluated.
    """

    is_member: bool
    version: int
    since: datetime
    since_version: int
    cause: str
    agrees: bool
    held: bool


@dataclass(frozen=True)
class Explanation:
    """The answer of `explain`. `left_out` says what took the entity out again though the rule holds."""

    audience: str
    entity: str
    id: str
    name: str | None
    ordinal: int
    holds: bool
    instant: datetime
    snapshot: str
    rule: str
    method: str
    reason: str
    finding: Finding
    witness: tuple[Row, ...]
    changes: tuple[Change, ...]
    turn: Turn | None
    stored: Stored | None
    left_out: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
