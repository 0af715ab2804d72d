"""How one delimited file is written: its delimiter, its line ends, and where its header stands."""

from __future__ import annotations

from dataclasses import dataclass

from muster.connectors.exports.records import Grammar

DELIMITERS = (",", ";", "\t", "|")
#: So much of a file is looked at; the header and some rows must be in it.
HEAD = 1 << 20
_SAMPLED = 20


@dataclass(frozen=True)
class Dialect:
    """`body` is the number of bytes, `line` that of the line, where the records begin behind the header.

    `cr` means that lines end in a lone carriage return.
    """

    delimiter: str
    header: tuple[str, ...]
    body: int
    line: int
    cr: bool = False


def dialect_of(head: bytes, suffix: str = "") -> Dialect:
    """The dialect that fits the beginning of a file, which is UTF-8.

    The delimiter is the one under which most rows are as wide as the header, and then the header the widest; where
    none divides the header, there is one column. `.tsv` and Excel's first line `sep=;` say it outright.
    """
    cr = b"\n" not in head and b"\r" in head
    text = (head.replace(b"\r", b"\n") if cr else head) + b"\n"
    candidates: tuple[str, ...] = ("\t",) if suffix in (".tsv", ".tab") else DELIMITERS
    begin = 0
    first = text[: text.index(b"\n")].strip()
    if first.lower().startswith(b"sep=") and len(first) == 5:
        candidates, begin = (first[4:].decode("latin-1"),), text.index(b"\n") + 1
    while text.startswith((b"\n", b"\r\n"), begin):
        begin = text.index(b"\n", begin) + 1
    _, _, body, header, delimiter = max(_sample(text, begin, each) for each in reversed(candidates))
    return Dialect(delimiter, tuple(header), min(body, len(head)), 1 + text.count(b"\n", 0, body), cr)


def _sample(text: bytes, position: int, delimiter: str) -> tuple[float, int, int, list[str], str]:
    """Under this delimiter: the share of sampled rows as wide as the header, its width, its end, and the header."""
    grammar = Grammar(delimiter)
    rows: list[list[str]] = []
    body = position
    while position < len(text) and len(rows) <= _SAMPLED:
        end = grammar.record_end(text, position)
        if end is None:  # cut off by the end of the sample, or a quote that stays open
            if rows:
                break
            end = text.index(b"\n", position) + 1
        if text[position:end].rstrip(b"\r\n"):
            rows.append([cell.decode("utf-8", "replace") for cell in grammar.cells(text[position:end])[0]])
            body = end if len(rows) == 1 else body
        position = end
    header = rows[0] if rows else []
    fitting = sum(len(row) == len(header) for row in rows[1:]) / max(len(rows) - 1, 1) if len(header) > 1 else 0.0
    return (fitting if len(rows) != 1 or len(header) < 2 else 1.0, len(header), body, header, delimiter)
