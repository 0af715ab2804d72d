"""The members of a node, each checked for what it may hold; a mistake names its JSON path."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from muster.errors import RuleError
from muster.pql import words
from muster.pql.parser import MAX_DIGITS

Json = dict[str, Any]
Plain = str | int | float | bool


class NodeError(RuleError):
    """A node of pql/json that cannot be read; `path` says which one, as in `$.params[0].object`."""

    def __init__(self, path: str, message: str, expected: str = "") -> None:
        super().__init__(f"{path}: {message}", expected=expected)
        self.path = path
        self.args = (self.message + (f"; {expected}" if expected else ""),)


@dataclass(frozen=True)
class Place:
    """Where reading is: the JSON path, how deep, what is declared there, and whether bare names are an item's."""

    path: str = "$"
    depth: int = 1
    names: frozenset[str] = frozenset()
    of_item: bool = False

    def at(self, step: str | int) -> Place:
        """A member, or an item of a list."""
        return replace(self, path=f"{self.path}[{step}]" if isinstance(step, int) else f"{self.path}.{step}")

    def knowing(self, *names: str) -> Place:
        return replace(self, names=self.names | set(names))

    def wrong(self, message: str, expected: str = "") -> NodeError:
        return NodeError(self.path, message, expected)


def node(value: object, place: Place, kinds: Collection[str]) -> Json:
    """A node of one of these types."""
    if not isinstance(value, Mapping):
        raise place.wrong(f"{_called(value)} stands where a node is expected", 'write {"nodeType": …}')
    kind = value.get("nodeType")
    if kind is None:
        raise place.wrong("the node has no 'nodeType'", f"the types here are {', '.join(kinds)}")
    if kind not in kinds:
        raise place.at("nodeType").wrong(f"there is no node {_called(kind)} here", _nearest(kind, kinds))
    return dict(value)


def members(value: Mapping[str, Any], place: Place, *needed: str, optional: tuple[str, ...] = ()) -> None:
    """All that are needed and none besides."""
    for name in needed:
        if name not in value:
            raise place.wrong(f"the {value.get('nodeType', 'object')} has no {name!r}", f"add {name!r}")
    allowed = ("nodeType", *needed, *optional)
    for name in value:
        if name not in allowed:
            kind = value.get("nodeType", "object")
            raise place.wrong(f"{_called(name)} is no member of {kind}", _nearest(name, allowed))


def choice(value: Mapping[str, Any], place: Place, name: str, among: Collection[str]) -> str:
    """A member that is one of a few words."""
    found = value.get(name)
    if not isinstance(found, str) or found not in among:
        raise place.at(name).wrong(f"{_called(found)} is not known here", _nearest(found, among))
    return found


def text(value: Mapping[str, Any], place: Place, name: str) -> str:
    """A member that is text."""
    found = value.get(name)
    if not isinstance(found, str):
        raise place.at(name).wrong(f"{_called(found)} stands where text is expected")
    return _whole_text(found, place.at(name))


def items(value: Mapping[str, Any], place: Place, name: str, least: int = 0) -> list[Any]:
    """A member that is a list."""
    found = value.get(name)
    if not isinstance(found, list | tuple):
        raise place.at(name).wrong(f"{_called(found)} stands where a list is expected", "write […]")
    if len(found) < least:
        raise place.at(name).wrong("the list is empty", "at least one is needed")
    return list(found)


def number(value: Mapping[str, Any], place: Place, name: str, least: int, default: int | None = None) -> int:
    """A member that is a whole number."""
    found = value.get(name, default)
    if type(found) is not int or found < least or found >= 10**MAX_DIGITS:
        raise place.at(name).wrong(f"{_called(found)} is not a whole number from {least}")
    return found


def name(value: Mapping[str, Any], place: Place, member: str) -> str:
    """The name of a field or a function: any that the text can write."""
    found = text(value, place, member)
    if not words.is_name(found):
        raise place.at(member).wrong(f"{_called(found)} cannot be a name", words.NO_NAME)
    return found


def variable(value: Mapping[str, Any], place: Place) -> str:
    """The name of something declared."""
    name = text(value, place, "varName")
    if not words.VARIABLE.fullmatch(name):
        raise place.at("varName").wrong(f"{_called(name)} cannot be declared", "write letters, digits and _")
    return name


def plain(value: object, place: Place) -> Plain:
    """Text, a number or a truth value that a literal can hold."""
    if isinstance(value, str):
        return _whole_text(value, place)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) >= 10**MAX_DIGITS:
            raise place.wrong("the number is too large", f"write at most {MAX_DIGITS} digits")
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise place.wrong(f"{value} is no number of PQL", "write a number that is finite")
        return value
    raise place.wrong(f"{_called(value)} stands where text, a number, true or false is expected")


def literal(value: object, kind: str, place: Place) -> Plain:
    """The value of a literal of a type; numbers may stand in quotes, as they once did."""
    if kind in ("integer", "number", "double") and isinstance(value, str):
        value = _quoted_number(value, place)
    found = plain(value, place)
    if kind == "integer" and isinstance(found, float) and found.is_integer():
        found = int(found)
    if kind in ("number", "double") and type(found) is int:
        found = float(found)
    if type(found) is not {"string": str, "boolean": bool, "integer": int}.get(kind, float):
        raise place.wrong(f"{_called(value)} is no {kind}")
    return found


def _quoted_number(value: str, place: Place) -> int | float:
    if not re.fullmatch(r"-?[0-9]{1,38}(\.[0-9]+)?([eE][+-]?[0-9]+)?", value):
        raise place.wrong(f"{_called(value)} is not a number")
    return int(value) if value.removeprefix("-").isdigit() else float(value)


def _whole_text(value: str, place: Place) -> str:
    try:
        return words.joined(value)
    except ValueError as error:
        raise place.wrong(f"the text {error}", "leave the character out") from None


def _called(value: object) -> str:
    """A value as an error names it."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= 10**MAX_DIGITS:
        return "a number too large"
    return words.shown(value) if isinstance(value, str) else words.cut(str(value))


def _nearest(name: object, among: Collection[str]) -> str:
    near = get_close_matches(str(name)[:80], list(among), n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else f"expected {', '.join(among)}"
