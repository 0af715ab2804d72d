"""What a destination has to be able to do, and nothing more.

Whoever adds a vendor writes one class with these members. Everything that must never go wrong (what to send, what
arrived, where to go on after a kill) is done by `muster.activation.deliver` and is the same for all. A destination
turns one batch of rows into calls or files, and says what became of each row. It may be asked to send the same
batch again after a kill, and must then end where it would have ended the first time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

#: Columns of a row file that are ours; all others are outputs of the mapping, under the names it gives them.
#: `_op` and `_merged_ids` (ids that live on in this one, or null) stand in changes only; `_hash` is not for sending.
OP, ID, MERGED_IDS, HASH = "_op", "_id", "_merged_ids", "_hash"
RESERVED = frozenset({OP, ID, MERGED_IDS, HASH})

#: `full` replaces all that the destination holds of this audience, `incremental` changes it.
Kind = Literal["full", "incremental"]


@dataclass(frozen=True)
class Delivery:
    """One delivery, decided and not yet acknowledged. Numbers count up per activation."""

    destination: str
    audience: str
    number: int
    kind: Kind
    planned_at: datetime
    rows: int
    added: int
    updated: int
    removed: int

    @property
    def name(self) -> str:
        return f"{self.destination}/{self.audience}/{self.number}"


@dataclass(frozen=True)
class Batch:
    """Rows `first` to `first + rows - 1` of a row file, in its order; a batch of 0 rows means an empty audience."""

    number: int
    path: Path
    first: int
    rows: int


@dataclass(frozen=True)
class Refusal:
    """A row that the destination will not take: its place in the row file, and the vendor's reason for it.

    The reason is a code or a fixed text, never a value of the row.
    """

    row: int
    reason: str


@dataclass(frozen=True)
class Acknowledgement:
    """The destination has every row of the batch, but for those refused. `files` names what it put down, if any."""

    refused: tuple[Refusal, ...] = ()
    files: tuple[str, ...] = ()


class Destination(Protocol):
    """A place that rows are delivered to, as configured by one entry of `destinations.yml`."""

    @property
    def kind(self) -> str:
        """The `type` in `destinations.yml`."""

    @property
    def nested(self) -> bool:
        """Whether a value may be a list, so that fields may be taken along to-many relations."""

    @property
    def whole(self) -> bool:
        """Whether a delivery is everyone (`_id`, outputs), not the changes (`_op`, `_id`, `_merged_ids`, outputs)."""

    @property
    def batch_rows(self) -> int | None:
        """The most rows in one `send`; None for all of them at once."""

    @property
    def address(self) -> str:
        """Where delivered rows lie. Once it changes, nothing is believed to be there: everyone goes out again."""

    def plan(self, delivery: Delivery) -> Mapping[str, Any]:
        """Decide what may be decided only once, such as names. Kept as JSON before the first byte leaves; no secrets.

        Has no effect outside. `send` is given the same plan however often it is tried, whatever the settings say then.
        """

    def send(self, delivery: Delivery, plan: Mapping[str, Any], batch: Batch) -> Acknowledgement:
        """Deliver one batch and return when its fate is known.

        Raises TransientDelivery where the same plan may work later, PermanentDelivery where only another one may.
        """
