"""A rule in any of the shapes in which one is kept, as text.

Text; a node of pql/json; or an expression as Adobe's segmentation API has it,
`{"type": "PQL", "format": "pql/json", "value": "…"}`, by itself or in a segment definition as its `expression`.
"""

from __future__ import annotations

from collections.abc import Mapping

from muster.errors import RuleError
from muster.pql import words
from muster.pql.json.document import read_json
from muster.pql.json.members import Place
from muster.pql.json.read import from_json
from muster.pql.printer import format_tree

FORMATS = ("pql/text", "pql/json")


def rule_text(value: object) -> str:
    """The text of a rule; text stays as it is. Raises `RuleError` where it is no rule in any of these shapes."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping):
        raise RuleError("a rule is text or a node of pql/json", expected='write text, or {"nodeType": …}')
    if isinstance(value.get("expression"), Mapping):
        return rule_text(value["expression"])
    if "format" in value and "nodeType" not in value:
        return _expression(value)
    return format_tree(from_json(value))


def _expression(value: Mapping[str, object]) -> str:
    form, rule = value["format"], value.get("value")
    if str(value.get("type", "PQL")).upper() != "PQL":
        raise RuleError(f"the expression is {words.cut(str(value['type']))}", expected="only PQL is read")
    if form not in FORMATS:
        raise RuleError(f"{words.shown(str(form))} is no format", expected=f"expected {' or '.join(FORMATS)}")
    if form == "pql/text" and isinstance(rule, str):
        return rule
    if form == "pql/json" and isinstance(rule, str):
        return format_tree(read_json(rule))
    if form == "pql/json":
        return format_tree(from_json(rule))
    raise Place().at("value").wrong("the expression has no text")
