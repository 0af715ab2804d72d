"""What a reader hands over: streams of records in columns, each piece with the place to go on from.

A stream is one object of one live source. It knows its vendor; the engine that feeds the lake from it
(`muster.connectors.sync.engine`) knows none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

from muster.connectors.exports.batch import SetAside

#: Where a read goes on from, as JSON; what is in it is the stream's own affair.
Position = Mapping[str, Any]


@dataclass(frozen=True)
class Chunk:
    """Records in the order of their reading.

    `table` has columns of strings under the vendor's own names (blank = null; lists and objects as JSON), the id and,
    where the vendor says so, the marker of deletion among them; it may have no rows. `position` is where a later read
    goes on once all rows up to here are in the lake; None where it cannot go on from here. `file` names the answer
    for the lake's `_file`, such as `bulk/leads/2026-01-01`; by default the stream's name. `whole` says that all
    records of a scope have now been given since this read began, such as `{"listId": "1001"}`, or `{}` for all there
    are: others of that scope that the lake holds are gone, and the engine writes them as deleted. `names_only` says
    that the rows merely name records that are there, by the columns of their key, for such a listing: they are not
    written.
    """

    table: pa.Table
    position: Position | None = None
    file: str = ""
    set_aside: Sequence[SetAside] = ()
    whole: Mapping[str, str] | None = None
    names_only: bool = False


@dataclass(frozen=True)
class Estimate:
    """What a read will take, as far as counts and limits tell: `rows` None where the vendor does not count."""

    rows: int | None
    calls: int
    seconds: float
    how: str = ""

    @property
    def told(self) -> str:
        """In one line: `about 1,200,000 rows in 340 calls, 12 min (history in 14 windows by bulk extract)`."""
        rows = f"{self.rows:,} rows" if self.rows is not None else "an unknown number of rows"
        minutes = f"{self.seconds / 60:,.0f} min" if self.seconds >= 90 else f"{max(1, round(self.seconds))} s"
        return f"about {rows} in {self.calls:,} calls, {minutes}" + (f" ({self.how})" if self.how else "")


class Stream(Protocol):
    """One object of one live source.

    It may have `warnings` besides, texts of what the user should know after a read and that was no reason to stop.
    """

    @property
    def name(self) -> str:
        """The vendor's own name of the object, as `VendorObject.name` where the connector knows it."""
        ...

    @property
    def version(self) -> str | None:
        """The column that tells versions of a record apart, comparable as text (`SystemModstamp`); a record with an
        id and a version that the lake has is not written again. None: records are compared by their content."""
        ...

    def fields(self) -> Mapping[str, str]:
        """Fields the vendor has now, name → type in its own words; for the record of schema changes."""
        ...

    def estimate(self, position: Position | None) -> Estimate:
        """What reading on from here will take."""
        ...

    def read(self, position: Position | None) -> Iterator[Chunk]:
        """Everything from here to now; None is the beginning of history. Ends when it has caught up."""
        ...


@dataclass(frozen=True)
class Reader:
    """A live source, opened: its streams, and what its budget says (`used` and `left` of each limit)."""

    streams: Sequence[Stream]
    usage: Callable[[], Mapping[str, Any]] = field(default=dict)
    close: Callable[[], None] = field(default=lambda: None)
