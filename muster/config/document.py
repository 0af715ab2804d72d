"""One YAML file of the configuration: its data, and the lines its parts stand on.

Data comes from the fast parser; positions are read by the round-trip parser, and only once a message needs one,
because that takes many times as long and most files are right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarstring import FoldedScalarString, LiteralScalarString

from muster.errors import Problem

#: Where in a file: keys and list positions from the top, as pydantic gives them.
Location = Sequence[str | int]


@dataclass(frozen=True)
class Document:
    """A file that is there and is YAML. `file` is relative to the configuration folder."""

    file: str
    text: str
    data: Any
    #: Locations whose value holds something from the environment; never shown.
    secret: set[tuple[str | int, ...]] = field(default_factory=set)

    @cached_property
    def _positions(self) -> Any:
        return YAML(typ="rt").load(self.text)

    def line(self, location: Location = ()) -> int:
        """The line, from 1, of the key or list item at a location, or of the nearest part around it that is there."""
        node, line = self._positions, 1
        for step in location:
            in_list = isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node)
            if not in_list and not (isinstance(node, CommentedMap) and step in node):
                continue  # a step that pydantic adds, such as the tag of a union, or a key that is missing
            line = _first(node.lc.data, step, line)
            node = node[step]
        return line

    def place(self, location: Location, line: int, column: int) -> tuple[int, int]:
        """A position within the text at `location` (both from 1) as line and column of the file.

        Exact for `|` blocks and one-line values; in folded (`>`) and quoted many-line texts, whose line breaks are not
        the file's, the text's own first line.
        """
        *outer, last = location
        node = self._positions
        for step in outer:
            node = node[step]
        if last not in (node.lc.data or {}):
            return self.line(location), column
        start = node.lc.value(last)[0] + 1
        value = str(node[last])
        if isinstance(node[last], LiteralScalarString):
            at, shown = start + line, value.split("\n")[line - 1 : line]
        else:
            at, shown = start + isinstance(node[last], FoldedScalarString), value.split("\n")[:1]
        raw = self.text.split("\n")[at - 1 : at]
        indent = raw[0].find(shown[0]) if raw and shown else -1
        return at, column + max(indent, 0)

    def problem(self, location: Location, what: str, mend: str = "") -> Problem:
        return Problem(self.file, self.line(location), what, mend)


def _first(positions: dict[Any, Sequence[int]] | None, step: str | int, otherwise: int) -> int:
    """The line of a part; one that came by a merge key (`<<`) has none of its own."""
    found = (positions or {}).get(step)
    return found[0] + 1 if found else otherwise


def read_document(path: Path, file: str, text: str | None = None) -> Document | Problem:
    """The file's data (`{}` where it is empty), or why it is not YAML.

    `file` is the name to use in messages; `text` stands for what the file would have, were it saved.
    """
    try:
        text = path.read_text("utf-8") if text is None else text
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return Problem(file, line, "not UTF-8 text", "save the file as UTF-8")
    except OSError as error:
        return Problem(file, 0, f"cannot be read: {error.strerror}")
    try:
        data = YAML(typ="safe").load(text)
    except MarkedYAMLError as error:
        return _broken(file, error)
    except YAMLError as error:
        return Problem(file, 0, f"not YAML: {str(error).splitlines()[0]}")
    return Document(file, text, {} if data is None else data)


def _broken(file: str, error: MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 0
    told = " ".join(str(error.problem or error.context or "").split())
    if told.startswith("found duplicate key"):
        key = told.removeprefix("found duplicate key").split('"')
        name = key[1] if len(key) > 1 else told
        return Problem(file, line, f"the key '{name}' stands here a second time", "keep one of the two")
    if "found character '\\t'" in told:
        return Problem(file, line, "a tab stands where YAML wants spaces", "indent with spaces")
    mend = "check indentation, colons and quotes on this line and the one above"
    return Problem(file, line, f"not YAML: {told}", mend)
