"""The grammar of delimited text (RFC 4180, as leniently as Python's csv module reads it), as regular expressions.

A line ends at a line feed, with or without a carriage return before it. A cell that begins with a quote ends at
the next single quote; anywhere else quotes are text. One compiled expression takes a whole run of sound records at
C speed and stops at the first that is not; only that one is then looked at closely. Possessive quantifiers keep
both time and memory linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_QUOTED = rb'"[^"]*+(?:""[^"]*+)*+"'


class Grammar:
    """Expressions for one delimiter."""

    def __init__(self, delimiter: str) -> None:
        self.delimiter = delimiter
        self._mark = re.escape(delimiter.encode())
        unquoted = rb'(?!")[^%s\n]*+' % self._mark
        loose = rb"(?:%s[^%s\n]*+|%s)" % (_QUOTED, self._mark, unquoted)
        self._record = re.compile(rb"%s(?:%s%s)*+\n" % (loose, self._mark, loose))
        self._cell = re.compile(rb"(?:(%s)([^%s\n]*+)|(%s))" % (_QUOTED, self._mark, unquoted))

    def sound(self, width: int) -> re.Pattern[bytes]:
        """Matches as many records in a row as have exactly `width` well-formed cells and are not blank."""
        return _sound(self._mark, width)

    def record_end(self, text: bytes, position: int) -> int | None:
        """Where the record that begins at `position` ends, behind its line feed; None where it does not end."""
        found = self._record.match(text, position)
        return found.end() if found else None

    def records(self, text: bytes) -> Iterator[bytes]:
        """All records of a text that ends with a line feed."""
        return (found.group() for found in self._record.finditer(text))

    def cells(self, record: bytes) -> tuple[list[bytes], bool]:
        """The cells of one record, and whether text stands behind a closing quote."""
        body = record.removesuffix(b"\n").removesuffix(b"\r")
        cells: list[bytes] = []
        loose, position = False, 0
        while True:
            found = self._cell.match(body, position)
            if found is None:  # a quote that is never closed
                return [*cells, body[position:]], True
            quoted, behind, plain = found.groups()
            if quoted is None:
                cells.append(plain)
            else:
                cells.append(quoted[1:-1].replace(b'""', b'"') + behind)
                loose = loose or bool(behind)
            if found.end() >= len(body):
                return cells, loose
            position = found.end() + 1

    def written(self, cells: list[bytes]) -> bytes:
        """One record with every cell quoted."""
        quoted = (b'"' + cell.replace(b'"', b'""') + b'"' for cell in cells)
        return self.delimiter.encode().join(quoted) + b"\n"


@lru_cache(maxsize=64)
def _sound(mark: bytes, width: int) -> re.Pattern[bytes]:
    some = rb"++" if width == 1 else rb"*+"  # a blank line is no record of one column
    cell = rb'(?:%s|(?!")[^%s\r\n]%s)' % (_QUOTED, mark, some)
    return re.compile(rb"(?:%s(?:%s%s){%d}\r?\n)*+" % (cell, mark, cell, width - 1))
