"""Cuts a JSON document into the records it holds, as texts, without keeping more than a few megabytes.

A document is an array, an object that wraps one (`{"result": […]}`), or one record. JSON lines are cut at line
ends. A record that is not valid JSON is passed on as it is, for the next step to set aside.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from muster.connectors.exports.batch import CUT_OFF, REFUSED, SetAside

#: Members under which interfaces answer with their records.
WRAPPERS = (
    "result", "results", "records", "data", "items", "elements", "value", "contacts", "companies", "deals", "lists",
)  # fmt: skip
#: Records are handed on in groups of so many characters.
GROUP = 2 << 20
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[][{},]', re.DOTALL)
_SPACE = re.compile(r"[\s,]*")
_WRAPPED = re.compile(rf'"(?:{"|".join(WRAPPERS)})"\s*:\s*\[')
#: Marketo answers `{"requestId": …, "success": true}` where nothing was found.
_ANSWER = re.compile(r'"success"\s*:\s*(?:true|false)')
_SUCCESS = re.compile(r'"success"\s*:\s*true')
_DECODER = json.JSONDecoder()

#: Records with their line (JSON lines) or number (arrays), from 1.
Group = list[tuple[int, str]]


def lines_of(chunks: Iterator[str]) -> Iterator[Group]:
    """The filled lines of JSON lines, with their line numbers."""
    rest, line = "", 1
    for chunk in chunks:
        *whole, rest = (rest + chunk).split("\n")
        yield [(line + index, text) for index, text in enumerate(whole) if text and not text.isspace()]
        line += len(whole)
    if rest and not rest.isspace():
        yield [(line, rest)]


def elements_of(chunks: Iterator[str]) -> Iterator[Group | SetAside]:
    """The records of one JSON document, numbered; a last one that is cut off comes as a SetAside."""
    text = next(chunks, "")
    start = _first_element(text)
    if start is None:
        yield from _one_document(text + "".join(chunks))
        return
    number, position, group, size = 1, start, Group(), 0
    while True:
        position = _SPACE.match(text, position).end()  # type: ignore[union-attr]
        end = _element_end(text, position)
        if end is None:
            text, position = text[position:], 0
            more = next(chunks, None)
            if more is None:
                break
            text += more
            continue
        if end == position:  # the bracket that closes the array
            break
        group.append((number, text[position:end].rstrip()))
        size += end - position
        number, position = number + 1, end
        if size > GROUP:
            yield group
            group, size = Group(), 0
    yield group
    if end is None:
        yield SetAside(number, CUT_OFF, text)


def _one_document(document: str) -> Iterator[Group | SetAside]:
    """A document without an array is a record, unless it is an interface's answer that there are none."""
    if _ANSWER.search(document) and "requestId" in document:
        if not _SUCCESS.search(document):
            yield SetAside(1, REFUSED, document)
    elif document.strip():
        yield [(1, document)]


def _first_element(text: str) -> int | None:
    """Where the first record of an array begins; None where the document is itself one record."""
    begin = text.lstrip()
    if begin.startswith("["):
        return text.index("[") + 1
    for found in _WRAPPED.finditer(text):
        depth = sum({"{": 1, "[": 1, "}": -1, "]": -1}.get(token, 0) for token in _TOKEN.findall(text[: found.start()]))
        if depth == 1:
            return found.end()
    return None


def _element_end(text: str, position: int) -> int | None:
    """Where the value at `position` ends; None where the text ends before it; `position` itself at a closing bracket.

    A sound value is passed by the decoder. One that is not is passed by counting brackets to the next comma of its
    own level, so that only it is lost.
    """
    if position >= len(text):
        return None
    if text[position] == "]":
        return position
    try:
        end = _DECODER.raw_decode(text, position)[1]
        after = _SPACE.match(text, end).end()  # type: ignore[union-attr]
        if after < len(text):
            following = text[end:after].strip()
            if following == "," or text[after] == "]":
                return end
        else:
            return None  # a number could go on in the next chunk
    except (json.JSONDecodeError, RecursionError):
        pass
    depth = 0
    for token in _TOKEN.finditer(text, position):
        mark = token.group()
        if depth == 0 and mark in ",]}":
            return token.start()
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(mark, 0)
    return None
