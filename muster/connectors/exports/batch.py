"""What a reader of an export file hands over: rows in columns, and the records it had to set aside.

Every record of a file is in exactly one batch, either as a row of `table` or as a `SetAside`; nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

#: Reasons for which a record is set aside; each is counted under its own words in a load's report.
TOO_FEW = "too few cells"
TOO_MANY = "too many cells"
QUOTE_OPEN = "a quote is opened and never closed"
QUOTE_TEXT = "text after a closing quote"
BAD_BYTES = "bytes that are not text in the file's encoding"
BAD_JSON = "not valid JSON"
NO_OBJECT = "a JSON value that is not an object"
CUT_OFF = "the document ends before its array is closed"
REFUSED = "an answer that tells of an error, without records"


@dataclass(frozen=True)
class SetAside:
    """A record that cannot be taken: the line where it begins (from 1), why, and its text as it stands."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True)
class Batch:
    """Rows in file order: `table` holds the file's columns as strings (blank = null), `lines` their line numbers.

    `raw` gives the text of the rows at the positions asked for.
    """

    table: pa.Table
    lines: pa.Int64Array
    raw: Callable[[Sequence[int]], list[str]]
    set_aside: list[SetAside] = field(default_factory=list)


class Export(Protocol):
    """An export file, opened: its columns as they stand in it and what is odd about it, then its rows."""

    @property
    def format(self) -> str: ...

    @property
    def columns(self) -> tuple[str, ...]: ...

    @property
    def warnings(self) -> tuple[str, ...]: ...

    def batches(self) -> Iterator[Batch]: ...


@dataclass(frozen=True)
class Reading:
    """How a vendor writes its exports, where that differs from the common way.

    `nulls` are cell texts that mean null in delimited files, `drop` are bytes that are no part of the data,
    `flatten` are JSON members whose own members become columns.
    """

    nulls: tuple[str, ...] = ()
    drop: bytes = b""
    flatten: tuple[str, ...] = ()


PLAIN = Reading()


def without_blanks(table: pa.Table) -> pa.Table:
    """The table with null in place of cells that hold nothing but white space; nothing else is trimmed."""
    import pyarrow.compute as pc

    columns = []
    for column in table.columns:
        blank = pc.or_kleene(pc.utf8_is_space(column), pc.equal(column, ""))
        some = pc.any(blank).as_py()
        columns.append(pc.if_else(blank, pa.scalar(None, pa.string()), column) if some else column)
    return pa.table(columns, names=table.column_names) if columns else table
