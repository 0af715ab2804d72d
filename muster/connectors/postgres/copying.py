"""The rows of a statement, by COPY, as Arrow tables of text; a block at a time, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
from pyarrow import csv

from muster.connectors.exports.batch import BAD_BYTES, SetAside, without_blanks
from muster.connectors.exports.blocks import shown
from muster.connectors.postgres.session import Connection

#: Bytes of text that become one table.
_BLOCK = 8 << 20


@dataclass(frozen=True)
class Rows:
    """Rows in the order of the statement; `aside` are those whose bytes are no text, by their number from 1."""

    table: pa.Table
    aside: Sequence[SetAside] = ()


def copied(connection: Connection, statement: str, width: int) -> Iterator[Rows]:
    """What a statement selects, in so many columns `c0`, `c1`, …; blank cells are null, as in files."""
    names = [f"c{number}" for number in range(width)]
    rows: list[bytes] = []
    size = number = 0
    # a database in SQL_ASCII holds whatever was put there, and refuses to tell it as UTF-8
    raw = connection.info.parameter_status("server_encoding") == "SQL_ASCII"
    options = f"format csv, encoding '{'sql_ascii' if raw else 'utf8'}'"
    with connection.cursor().copy(f"copy ({statement}) to stdout ({options})".encode()) as copy:
        for row in copy:  # COPY gives one row a message
            rows.append(bytes(row))
            size += len(rows[-1])
            if size >= _BLOCK:
                yield _parsed(rows, names, number)
                number += len(rows)
                rows, size = [], 0
    if rows:
        yield _parsed(rows, names, number)


def _parsed(rows: list[bytes], names: Sequence[str], before: int) -> Rows:
    try:
        return Rows(_table(b"".join(rows), names))
    except pa.ArrowInvalid:
        aside = [
            SetAside(before + at, BAD_BYTES, shown(row)) for at, row in enumerate(rows, start=1) if not _is_text(row)
        ]
        return Rows(_table(b"".join(row for row in rows if _is_text(row)), names), aside)


def _table(text: bytes, names: Sequence[str]) -> pa.Table:
    if not text:
        return pa.table({name: pa.array([], pa.string()) for name in names})
    table = csv.read_csv(
        pa.BufferReader(text),
        csv.ReadOptions(column_names=list(names), block_size=len(text) + 1, use_threads=False),
        csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
    )
    return without_blanks(table)


def _is_text(row: bytes) -> bool:
    try:
        row.decode()
    except UnicodeDecodeError:
        return False
    return True
