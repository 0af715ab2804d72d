"""A record on its way in, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from muster.twins.salesforce.errors import RecordError

#: A record as it is kept: field → text.
Kept = dict[str, str | None]


@dataclass(frozen=True)
class Manner:
    """How a call writes. In `text` (CSV) nothing leaves a field as it is, and `#N/A` empties it."""

    path: str = ""
    method: str = ""
    text: bool = False
    allow_duplicates: bool = False
    update_only: bool = False


@dataclass
class Draft:
    """`sent` is what the caller gave by field, or by `Relationship.Key`; `values` what it comes to as kept text."""

    sent: Mapping[str, Any]
    id: str | None = None
    before: Mapping[str, Any] | None = None
    values: Kept = field(default_factory=dict)
    errors: list[RecordError] = field(default_factory=list)

    @property
    def creates(self) -> bool:
        return self.before is None

    @property
    def good(self) -> bool:
        return not self.errors

    def fail(self, code: str, message: str, *fields: str) -> None:
        self.errors.append(RecordError(code, message, fields))

    def after(self, name: str) -> str | None:
        """What the field will be."""
        if name in self.values:
            return self.values[name]
        return None if self.before is None else self.before.get(name)

    @property
    def outcome(self) -> Outcome:
        return Outcome(self.id, self.creates, tuple(self.errors))


@dataclass(frozen=True)
class Outcome:
    """`created` counts only where there are no errors."""

    id: str | None
    created: bool = False
    errors: tuple[RecordError, ...] = ()

    @property
    def success(self) -> bool:
        return not self.errors

    def listed(self, *, upsert: bool = False) -> dict[str, Any]:
        """As one in the list that collections answer with."""
        told: dict[str, Any] = {"id": self.id} if self.id else {}
        told |= {"success": self.success, "errors": [each.listed() for each in self.errors]}
        return told | ({"created": self.created} if upsert and self.success else {})
