"""Delimited exports (CSV and its kin), read in blocks of some megabytes.

Sound records go to Arrow's parser in one piece, without a loop over rows; what the grammar finds unsound is looked
at record by record and set aside with its line and reason. Rows, newlines inside cells and newlines of the text
are added up for every block: where they do not agree, that block is read again cell by cell.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from muster.connectors.exports.batch import BAD_BYTES, PLAIN, Batch, Reading, SetAside, without_blanks
from muster.connectors.exports.blocks import Block, cut, shown
from muster.connectors.exports.dialect import HEAD, Dialect, dialect_of
from muster.connectors.exports.headings import unique_headings
from muster.connectors.exports.records import Grammar
from muster.connectors.exports.streams import encoding_of, utf8_chunks


@dataclass(frozen=True)
class DelimitedExport:
    """One delimited file; `encoding` and `dialect` are found out when it is opened."""

    path: Path
    encoding: str
    dialect: Dialect
    reading: Reading
    format: ClassVar[str] = "csv"

    @classmethod
    def open(cls, path: Path, reading: Reading = PLAIN, whole: bool = True) -> DelimitedExport:
        encoding = encoding_of(path, whole)
        head = b""
        for chunk in utf8_chunks(path, encoding):
            head += chunk.translate(None, reading.drop)
            if len(head) >= HEAD:
                break
        return cls(path, encoding, dialect_of(head[:HEAD], Path(path.name.lower()).suffix), reading)

    @cached_property
    def _named(self) -> tuple[tuple[str, ...], list[str]]:
        return unique_headings(self.dialect.header)

    @property
    def columns(self) -> tuple[str, ...]:
        return self._named[0]

    @property
    def warnings(self) -> tuple[str, ...]:
        told = self._named[1]
        if self.encoding == "cp1252":
            told = ["the file is not UTF-8 and was read as Windows-1252", *told]
        return tuple(f"{self.path.name}: {sentence}" for sentence in told)

    @cached_property
    def _grammar(self) -> Grammar:
        return Grammar(self.dialect.delimiter)

    def batches(self) -> Iterator[Batch]:
        line, rest, header = self.dialect.line, b"", self.dialect.body
        for chunk, final in self._chunks():
            text = rest + chunk[header:]
            header -= min(header, len(chunk))
            block, end = cut(self._grammar, len(self.columns) or 1, text, line, final)
            line += text.count(b"\n", 0, end)
            rest = text[end:]
            if block.runs or block.set_aside:
                yield self._parsed(block)

    def _chunks(self) -> Iterator[tuple[bytes, bool]]:
        """The text in pieces with the flag of the last one, which ends with a line feed."""
        held: bytes | None = None
        for chunk in utf8_chunks(self.path, self.encoding):
            if self.reading.drop:
                chunk = chunk.translate(None, self.reading.drop)
            if self.dialect.cr:
                chunk = chunk.replace(b"\r", b"\n")
            if held is not None:
                yield held, False
            held = chunk
        if held is not None:
            yield held if held.endswith(b"\n") else held + b"\n", True

    def _parsed(self, block: Block) -> Batch:
        if not block.runs:
            nothing = _table(self.columns, [[] for _ in self.columns])
            return Batch(nothing, pa.array([], pa.int64()), self._raw(block), block.set_aside)
        table = self._by_arrow(block.text)
        lines = self._lines(table, block) if table is not None else None
        if table is None or lines is None:
            return self._cell_by_cell(block)
        return Batch(self._blanked(table), lines, self._raw(block), block.set_aside)

    def _by_arrow(self, text: bytes) -> pa.Table | None:
        try:
            return csv.read_csv(
                pa.BufferReader(text),
                csv.ReadOptions(column_names=list(self.columns), block_size=len(text) + 1, use_threads=False),
                csv.ParseOptions(delimiter=self.dialect.delimiter, newlines_in_values=True, ignore_empty_lines=False),
                csv.ConvertOptions(column_types=dict.fromkeys(self.columns, pa.string()), strings_can_be_null=False),
            )
        except pa.ArrowInvalid:
            return None

    def _lines(self, table: pa.Table, block: Block) -> pa.Int64Array | None:
        """Where each row begins in the file; None where rows and newlines do not add up to the text."""
        inside = pa.repeat(pa.scalar(0, pa.int32()), table.num_rows)
        newlines = block.text.count(b"\n")
        if newlines != table.num_rows:
            for column in table.columns:
                inside = pc.add(inside, pc.count_substring(column.combine_chunks(), "\n"))
            if newlines != table.num_rows + (pc.sum(inside).as_py() or 0):
                return None
        height = pc.add(inside.cast(pa.int64()), 1)
        offsets = pc.subtract(pc.cumulative_sum(height), height)
        pieces, passed, row = [], 0, 0
        for line, text in block.runs:
            passed += text.count(b"\n")
            end = bisect_left(offsets, passed, lo=row, key=lambda offset: offset.as_py())
            run = offsets.slice(row, end - row)
            pieces.append(pc.add(run, line - run[0].as_py()))
            row = end
        return pa.concat_arrays(pieces)

    def _cell_by_cell(self, block: Block) -> Batch:
        """The slow way for a block that the parser refuses, mostly for bytes that are not UTF-8."""
        rows: list[list[str]] = []
        lines: list[int] = []
        kept: list[bytes] = []
        for line, text in block.runs:
            for record in self._grammar.records(text):
                try:
                    rows.append([cell.decode() for cell in self._grammar.cells(record)[0]])
                    lines.append(line)
                    kept.append(record)
                except UnicodeDecodeError:
                    block.set_aside.append(SetAside(line, BAD_BYTES, shown(record)))
                line += record.count(b"\n")
        table = _table(self.columns, [list(column) for column in zip(*rows, strict=True)] or [[] for _ in self.columns])
        return Batch(
            self._blanked(table),
            pa.array(lines, pa.int64()),
            lambda wanted: [shown(kept[index]) for index in wanted],
            block.set_aside,
        )

    def _blanked(self, table: pa.Table) -> pa.Table:
        table = without_blanks(table)
        if not self.reading.nulls:
            return table
        nulls = pa.array(self.reading.nulls)
        kept = [pc.if_else(pc.is_in(each, nulls), pa.scalar(None, pa.string()), each) for each in table.columns]
        return pa.table(kept, names=table.column_names)

    def _raw(self, block: Block) -> Callable[[Sequence[int]], list[str]]:
        def raw(wanted: Sequence[int]) -> list[str]:
            if not wanted:
                return []
            records = list(self._grammar.records(block.text))
            return [shown(records[index]) for index in wanted]

        return raw


def _table(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> pa.Table:
    return pa.table([pa.array(column, pa.string()) for column in cells], names=list(columns))
