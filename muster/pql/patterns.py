"""Regular expressions: `matches` and `regexGroup`.

Rules hold Java's, engines read RE2, which answers in linear time and so has no look-around and no back references.
What Java has and RE2 has not is refused, also where RE2 would read the same signs in another way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from muster.pql import tree, typed
from muster.pql.bound import Bound, mistake, takes
from muster.pql.compare import literal_text

if TYPE_CHECKING:
    from muster.pql.binder import Binder

#: A pattern piece by piece.
PIECES = re.compile(
    r"""(?P<quoted>\\Q.*?(?:\\E|\Z))
    | (?P<back>\\[1-9]|\\k)
    | (?P<escape>\\.)
    | (?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])
    | (?P<ahead>\(\?[=!])
    | (?P<behind>\(\?<[=!])
    | (?P<atomic>\(\?>)
    | (?P<flag>\(\?[a-z]*U)
    | (?P<group>\((?!\?)|\(\?P?<[A-Za-z]\w*>)
    | (?P<possessive>[*+?}]\+)
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
#: What RE2 has not, or reads otherwise.
FOREIGN = {
    "back": "a back reference",
    "ahead": "a look-ahead",
    "behind": "a look-behind",
    "atomic": "an atomic group",
    "flag": "the flag U",
    "possessive": "a possessive quantifier",
}
ANYTHING = "(?s:.*)"
#: DuckDB's limit.
MOST_GROUPS = 9


def _matches(binder: Binder, node: tree.Method) -> Bound:
    """The whole text has to fit; a pattern with an anchor at one end only may leave the other end open.

    (The function page says Java's regular expressions, and of `(?i)^John` that it finds names that start so.)
    """
    takes(node, 1)
    subject, pattern = _text(binder, node), _pattern(binder, node.arguments[0])
    begins = re.match(r"(\(\?[a-z]+\))*\^", pattern) is not None
    ends = re.search(r"(?<!\\)(\\\\)*\$$", pattern) is not None
    if begins is not ends:
        pattern = f"(?:{pattern}){ANYTHING}" if begins else f"{ANYTHING}(?:{pattern})"
    return typed.Matches(subject, pattern)


def _regex_group(binder: Binder, node: tree.Method) -> Bound:
    takes(node, 1, 2)
    subject, pattern = _text(binder, node), _pattern(binder, node.arguments[0])
    number = binder.scope.literal(node.arguments[1]) if len(node.arguments) == 2 else tree.Literal(node.at, 0)
    if not isinstance(number, tree.Literal) or type(number.value) is not int or number.value < 0:
        raise mistake(number, "the number of a group is expected", "0 is the whole, 1 the first (…)")
    if number.value > (groups := _groups(pattern)):
        raise mistake(number, f"the regular expression has {groups} groups, not {number.value}")
    if number.value > MOST_GROUPS:
        raise mistake(number, f"groups are counted to {MOST_GROUPS}", "write (?:…) around what is not asked for")
    return typed.RegexGroup(subject, pattern, number.value)


def _text(binder: Binder, node: tree.Method) -> typed.Value:
    subject = binder.value(node.target)
    if subject.type != "string":
        raise mistake(node, f"{node.name} takes text, not a {subject.type}")
    return subject


def _pattern(binder: Binder, node: tree.Node) -> str:
    """A pattern that means the same here as in Java; RuleError, with the place in the pattern, for any other."""
    pattern = literal_text(binder, node, "a regular expression")
    if foreign := _foreign(pattern):
        place, what = foreign[0]
        message = f"the regular expression cannot be read: {what} at character {place + 1} of it"
        raise mistake(node, message, "engines read RE2: no look-around, no back reference, no possessive quantifier")
    try:
        pc.match_substring_regex(pa.array([""]), pattern)  # RE2, as in the engine
    except pa.ArrowInvalid as error:
        reason = str(error).rpartition("Invalid regular expression: ")[2]
        raise mistake(node, f"the regular expression cannot be read: {reason}") from None
    return "".join(_unnamed(piece) for piece in PIECES.finditer(pattern))


def _unnamed(piece: re.Match[str]) -> str:
    """Groups go by number; engines write their names differently."""
    return "(" if piece.lastgroup == "group" else piece.group()


def _foreign(pattern: str) -> list[tuple[int, str]]:
    """What RE2 has not, or reads otherwise than Java, and where."""
    found = []
    for piece in PIECES.finditer(pattern):
        kind, text = piece.lastgroup or "", piece.group()
        if kind in FOREIGN:
            found.append((piece.start(), f"{FOREIGN[kind]}, {text},"))
        elif kind == "class" and ("&&" in text or re.search(r"(?<!\\)\[", text[1:])):
            found.append((piece.start(), "a class within a class"))
    return found


def _groups(pattern: str) -> int:
    """How many groups a pattern catches."""
    return sum(piece.lastgroup == "group" for piece in PIECES.finditer(pattern))


METHODS: Mapping[str, Callable[[Binder, tree.Method], Bound]] = {"matches": _matches, "regexGroup": _regex_group}
