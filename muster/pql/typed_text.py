"""Text in the typed tree: conditions on it, and what a regular expression finds in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muster.pql.typed import Type, Value


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
class RegexGroup:
    """What a group of a regular expression caught where it is first found; null where it is not found."""

    subject: Value
    pattern: str
    group: int
    type: Type = "string"
