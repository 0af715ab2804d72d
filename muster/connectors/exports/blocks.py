"""Cuts delimited text into records: runs of sound ones, and those to set aside, each with its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from muster.connectors.exports.batch import QUOTE_OPEN, QUOTE_TEXT, TOO_FEW, TOO_MANY, SetAside
from muster.connectors.exports.records import Grammar

#: A record that is longer than this without an end is a quote that somebody forgot.
LONGEST_RECORD = 16 << 20


@dataclass(frozen=True)
class Block:
    """The records of one stretch of text; a run is the line where it begins and the text of some sound records."""

    runs: list[tuple[int, bytes]] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)

    @cached_property
    def text(self) -> bytes:
        return b"".join(text for _, text in self.runs)


def cut(grammar: Grammar, width: int, text: bytes, line: int, final: bool) -> tuple[Block, int]:
    """The records of a text that begins on `line`, as far as it holds whole ones; and where they end.

    A quote that is still open at the end of the file takes the rest of it along, for nobody can tell where its
    record was meant to end; one open for longer than any record takes its own line only.
    """
    block, position = Block(), 0
    sound = grammar.sound(width)
    while position < len(text):
        found = sound.match(text, position)
        end = found.end() if found else position
        if end > position:
            block.runs.append((line, text[position:end]))
        else:
            whole = grammar.record_end(text, position)
            over = len(text) - position > LONGEST_RECORD
            if whole is None and not final and not over:
                break
            if whole is None:
                end = text.index(b"\n", position) + 1 if over else len(text)
                block.set_aside.append(SetAside(line, QUOTE_OPEN, shown(text[position:end])))
            else:
                end = whole
                _judge(grammar, width, block, line, text[position:end])
        line += text.count(b"\n", position, end)
        position = end
    return block, position


def shown(record: bytes) -> str:
    """A record as it stands in the file, less its line end, with bytes that are no text spelled out."""
    return record.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "backslashreplace")


def _judge(grammar: Grammar, width: int, block: Block, line: int, record: bytes) -> None:
    """One record that is not sound by the letter: blank, sound all the same, or to be set aside."""
    cells, loose = grammar.cells(record)
    if not record.rstrip(b"\r\n"):
        return  # a blank line is no record
    reason = QUOTE_TEXT if loose else TOO_FEW if len(cells) < width else TOO_MANY if len(cells) > width else None
    if reason:
        block.set_aside.append(SetAside(line, reason, shown(record)))
    else:  # such as a carriage return in the middle of a cell
        block.runs.append((line, grammar.written(cells)))
