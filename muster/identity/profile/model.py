"""What is told of one person or account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

Row = dict[str, Any]
Kind = Literal["person", "account"]


@dataclass(frozen=True)
class Owner:
    """Whose rows are asked for: a person or account by its id and its ordinal."""

    kind: Kind
    id: str
    ordinal: int


@dataclass(frozen=True)
class Attribute:
    """A filled attribute of the golden record and the record it is from; times are UTC, without a zone.

    Attributes of all records together (the time of the last activity) and keys of the profile have no source.
    """

    path: str
    column: str
    value: Any
    source_key: str | None = None
    source_name: str | None = None
    updated_at: datetime | None = None
    policy: str | None = None


@dataclass(frozen=True)
class Section:
    """Rows of one relation, the first of `total`, all with the same keys; `note` is a line on them all."""

    rows: Sequence[Row]
    total: int
    note: str = ""

    @classmethod
    def of(cls, rows: Sequence[Row], note: str = "") -> Section:
        return cls(rows, len(rows), note)


@dataclass(frozen=True)
class Profile:
    """A person or an account: its id and ordinal for life, a name to call it by, and the sections by title."""

    kind: Kind
    id: str
    ordinal: int
    name: str
    snapshot: str
    attributes: Sequence[Attribute]
    sections: Mapping[str, Section]

    def to_json(self) -> dict[str, Any]:
        """`{kind, id, name, snapshot, attributes: […], <section>: {total, rows, note}}`."""
        told = asdict(self)
        del told["sections"], told["ordinal"]
        return told | {title.replace(" ", "_"): asdict(section) for title, section in self.sections.items()}


@dataclass(frozen=True)
class Hit:
    """A profile that a search found: enough to tell it from the others."""

    id: str
    name: str
    detail: str
