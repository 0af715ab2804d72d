"""The JSON text of a rule: read strictly, written in one way."""

from __future__ import annotations

import json
from typing import Any

from muster.errors import RuleError
from muster.pql import tree, words
from muster.pql.json.read import from_json
from muster.pql.json.write import to_json
from muster.pql.parser import MAX_DIGITS

#: JSON says the same at greater length than text.
MAX_LENGTH = 20_000_000


def read_json(text: str) -> tree.Node:
    """The tree of a rule in JSON.

    Raises `RuleError` with line and column where the text is not JSON, `NodeError` with the path where it is no rule.
    """
    return from_json(parse_json(text))


def write_json(node: tree.Node, indent: int | None = None) -> str:
    """The JSON text of a tree: on one line, or indented."""
    separators = (",", ":") if indent is None else (",", ": ")
    return json.dumps(to_json(node), ensure_ascii=False, indent=indent, separators=separators, allow_nan=False)


def parse_json(text: str) -> Any:
    """What a JSON text holds: no member twice, no number that is none."""
    if len(text) > MAX_LENGTH:
        raise RuleError(f"the JSON has {len(text):,} characters", expected=f"at most {MAX_LENGTH:,} are read")
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
        )
    except json.JSONDecodeError as error:
        what = f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise RuleError(what, error.lineno, error.colno, "write a node, or a rule as text") from None
    except RecursionError:
        raise RuleError("the JSON is nested too deeply", expected="split the rule into several audiences") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise RuleError(f"a node has two members {words.shown(name)}", expected="keep one of the two")
        found[name] = value
    return found


def _integer(digits: str) -> int:
    if len(digits.removeprefix("-")) > MAX_DIGITS:
        raise RuleError(f"the number {words.cut(digits)} is too large", expected=f"write at most {MAX_DIGITS} digits")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise RuleError(f"the number {words.cut(digits)} is too large", expected="write one that is finite")
    return value


def _constant(name: str) -> float:
    raise RuleError(f"{name} is no number of JSON", expected="write a number that is finite")
