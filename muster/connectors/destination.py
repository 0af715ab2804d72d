"""What a destination has to be able to do, and nothing more.

Whoever adds a vendor writes one class with these members. Everything that must never go wrong (what to send, what
arrived, where to go on after a kill, whose row may be taken away) is done by `muster.activation.deliver` and is the
same for all. A destination turns one batch of rows into calls or files, and says what became of each row. It may be
asked to send the same batch again after a kill, and must then end where it would have ended the first time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from muster import sql

#: Columns of a row file that are ours; all others are outputs of the mapping, under the names it gives them.
#: In changes only: `_op`; `_merged_ids`, ids that live on in this one; `_remote`, what the destination calls the row
#: since it took it; `_merged_remotes`, the same of the merged ones. `_foreign` (the row was there before us) stands in
#: what is believed. `_hash` is not for sending.
OP, ID, MERGED_IDS, HASH = "_op", "_id", "_merged_ids", "_hash"
REMOTE, MERGED_REMOTES, FOREIGN = "_remote", "_merged_remotes", "_foreign"
RESERVED = frozenset({OP, ID, MERGED_IDS, HASH, REMOTE, MERGED_REMOTES, FOREIGN})
#: The place of a row in its file, as `Batch.query` gives it.
ROW = "_row"

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
    """Rows `first` to `first + rows - 1` of a row file, in its order; a batch of 0 rows means an empty audience.

    `foreign` are rows that `look` found at the destination before the first try; `withheld` are rows that may not be
    sent any more: `query` leaves them out, and nothing is to be said of them.
    """

    number: int
    path: Path
    first: int
    rows: int
    foreign: frozenset[int] = frozenset()
    withheld: frozenset[int] = frozenset()

    def query(self) -> str:
        """SQL for the rows, in their order, with all columns of the file and their place in it as `_row`."""
        numbered = f"read_parquet({sql.literal(self.path)}, file_row_number = true)"
        wanted = f"file_row_number between {self.first} and {self.first + self.rows - 1}"
        if self.withheld:
            wanted += f" and file_row_number not in ({', '.join(map(str, sorted(self.withheld)))})"
        return f"select file_row_number as {ROW}, * exclude (file_row_number) from {numbered} where {wanted}"

    def halves(self) -> tuple[Batch, Batch]:
        """The batch in two; it has two rows or more."""
        half = self.rows // 2
        return replace(self, rows=half), replace(self, first=self.first + half, rows=self.rows - half)


@dataclass(frozen=True)
class Refusal:
    """A row that the destination does not take: its place in the row file, and the vendor's reason for it.

    The reason is a code or a fixed text, never a value of the row.
    """

    row: int
    reason: str


@dataclass(frozen=True)
class Acknowledgement:
    """The destination has every row of the batch, but for those `refused`, for good, and those to be tried `later`.

    `remotes` says by row what the destination calls it from now on, where that is worth knowing. `files` names what it
    put down, if any.
    """

    refused: tuple[Refusal, ...] = ()
    later: tuple[Refusal, ...] = ()
    remotes: Mapping[int, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    def __add__(self, other: Acknowledgement) -> Acknowledgement:
        return Acknowledgement(
            self.refused + other.refused,
            self.later + other.later,
            {**self.remotes, **other.remotes},
            self.files + other.files,
        )


@dataclass(frozen=True)
class Effort:
    """What a delivery takes: calls, and seconds at the vendor's own limits."""

    calls: int
    seconds: float = 0.0


class Destination(Protocol):
    """A place that rows are delivered to, as configured by one entry of `destinations.yml`.

    Members with a body are there for whoever needs them; the others each destination has.
    """

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
    def replaced(self) -> bool:
        """Whether a first delivery takes the place of all that was there before, as a complete file does.

        Where it does not, what may be ours is never forgotten; an `UPDATE` may then be of a row that has gone missing,
        and a `REMOVE` of one that is not there.
        """
        return self.whole

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

    def prepare(self, delivery: Delivery, plan: Mapping[str, Any], place: Mapping[str, Any]) -> Mapping[str, Any]:
        """Make what the rows go into, such as a list, unless it is there, and say what is to be known of it.

        `place` is what was said last time, empty at first or once the address changed. Kept as JSON; `send` finds it in
        its plan. Called before each delivery's first batch and after each interruption.
        """
        return place

    def look(self, delivery: Delivery, plan: Mapping[str, Any], batch: Batch) -> Sequence[int]:
        """Rows to add that the destination has already, by somebody else's doing.

        Asked once, before a batch is first sent, and kept: what was there before us is never removed by us.
        """
        return ()

    def send(self, delivery: Delivery, plan: Mapping[str, Any], batch: Batch) -> Acknowledgement:
        """Deliver one batch and return when its fate is known.

        Raises TransientDelivery where the same plan may work later, PermanentDelivery where only another one may, and
        RejectedBatch where the whole call was refused for a row that the answer does not name: the batch is then sent
        in halves, down to that row.
        """

    def effort(self, added: int, updated: int, removed: int) -> Effort:
        """What so many changes take, before any is sent."""
        rows = added + updated + removed
        return Effort(-(-rows // (self.batch_rows or max(rows, 1))))
