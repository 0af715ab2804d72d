"""A page of bulk results as it lies on the disk: comma-separated, quoted, with a heading, in UTF-8."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from muster.connectors.exports.batch import TOO_FEW, TOO_MANY, SetAside

#: Bytes read at once; longer than any record, which has 400,000 characters at most.
_BLOCK = 8 << 20


def count(path: Path) -> tuple[int, list[SetAside]]:
    """Rows that can be read, and those that cannot; pyarrow.ArrowInvalid where it is no CSV, or not all of one."""
    _check_end(path)
    damaged: list[SetAside] = []

    def aside(row: csv.InvalidRow) -> str:
        reason = TOO_FEW if row.actual_columns < row.expected_columns else TOO_MANY
        damaged.append(SetAside(row.number or 0, reason, row.text))
        return "skip"

    heading = _heading(path)
    reader = _open(path, heading[:1], aside, threads=False)
    return sum(batch.num_rows for batch in reader), damaged


def tables(path: Path) -> Iterator[pa.Table]:
    """The rows in pieces, all columns text, blank as null."""
    for batch in _open(path, _heading(path), lambda row: "skip", threads=True):
        yield pa.Table.from_batches([batch])


def _check_end(path: Path) -> None:
    """A page ends with a line, and not inside quotes; else its last value may have been cut off unseen."""
    quotes, last = 0, b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            quotes, last = quotes + block.count(b'"'), block[-1:]
    if quotes % 2 or last != b"\n":
        raise pa.ArrowInvalid("it ends in the middle of a line")


def _open(path: Path, columns: Sequence[str], damaged: object, threads: bool) -> csv.CSVStreamingReader:
    return csv.open_csv(
        path,
        read_options=csv.ReadOptions(block_size=_BLOCK, use_threads=threads),
        parse_options=csv.ParseOptions(newlines_in_values=True, invalid_row_handler=damaged),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()),
            include_columns=list(columns),
            null_values=[""],
            strings_can_be_null=True,
        ),
    )


def _heading(path: Path) -> list[str]:
    with path.open("rb") as file:
        first = file.readline()
    names: list[str] = csv.read_csv(pa.BufferReader(first)).column_names
    return names
