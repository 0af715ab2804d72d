"""Operators over values: comparison, arithmetic, `like`, and literals or array attributes that a value is in.

Both sides of a comparison have one type; a literal takes the type of the other side where it can.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from muster.pql import tree, typed
from muster.pql.bound import Items, mistake

if TYPE_CHECKING:
    from muster.pql.binder import Binder

#: Types that the text of an attribute on the right is read as.
READABLE = ("number", "boolean", "date", "timestamp")
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


def arithmetic(node: tree.Node, operator: str, left: typed.Value, right: typed.Value) -> typed.Value:
    for side in (left, right):
        if side.type != "number":
            hint = "write 3 days before …" if side.type in typed.TIMES else ""
            raise mistake(node, f"{operator} takes numbers, not a {side.type}", hint)
    return typed.Arithmetic(operator, left, right)


def compare(node: tree.Node, operator: str, left: typed.Value, right: typed.Value) -> typed.Condition:
    """`left operator right`, with types checked and literals converted."""
    right = converted(node, right, left)
    left = converted(node, left, right)
    if right.type == "string" and left.type in READABLE and not isinstance(right, typed.Constant):
        right = typed.Read(right, left.type)
    if left.type in typed.TIMES and right.type in typed.TIMES:
        if _fixed(left):
            left, right, operator = right, left, MIRRORED[operator]
        if left.type == "period":
            raise mistake(node, "two periods cannot be compared", "compare a date or timestamp with a period")
        return typed.CompareTime(operator, left, right)
    if left.type != right.type:
        turned = left.type == "string" and right.type in READABLE
        hint = f"put the {right.type} first: the text is then read as one" if turned else ""
        raise mistake(node, f"a {left.type} cannot be compared with a {right.type}", hint)
    if left.type.startswith("array"):
        raise mistake(node, "arrays cannot be compared", "use in, notIn, includes or intersects")
    if left.type == "boolean" and operator not in ("=", "!="):
        raise mistake(node, f"{operator} does not order true and false", "use = or !=")
    return typed.Compare(operator, left, right)


def choice(binder: Binder, node: tree.Node, test: tree.Node, then: tree.Node, otherwise: tree.Node) -> typed.Value:
    """`if (test, then, otherwise)`; a test that is not true, null included, takes the second. Both are of one type."""
    condition = binder.condition(test)
    with binder.scope.ranging() as ranged:
        first, second = binder.values(then, otherwise)
    if ranged:
        raise mistake(node, "a result of if reaches many rows where one value is expected", "aggregate it")
    second = converted(node, second, first)
    kinds = {first.type, second.type}
    kind = "timestamp" if kinds == {"date", "timestamp"} else first.type
    if len(kinds) > 1 and kind != "timestamp":
        raise mistake(node, f"if gives a {first.type} or a {second.type}", "let both be of one type")
    if kind == "period" or kind.startswith("array"):
        raise mistake(node, f"if gives one value, not {'an array' if kind != 'period' else 'a period'}")
    return typed.If(condition, first, second, kind)


def _fixed(value: typed.Value) -> bool:
    return isinstance(value, typed.Constant | typed.Now | typed.Day | typed.Period | typed.Shifted)


def like(binder: Binder, node: tree.Node, subject: typed.Value, pattern: tree.Node) -> typed.Condition:
    """`%` stands for any run of characters, `_` for one, a backslash before them or itself takes them literally."""
    text = literal_text(binder, pattern, "a pattern")
    if subject.type != "string":
        raise mistake(node, f"like takes text, not a {subject.type}")
    if re.search(r"\\(?![%_\\])", re.sub(r"\\\\", "", text)):
        raise mistake(pattern, "a backslash in a pattern stands before %, _ or another backslash only")
    return typed.Like(subject, text)


def literal_text(binder: Binder, node: tree.Node, what: str) -> str:
    """The text of a literal, or of a name that `let` gave to one."""
    literal = binder.scope.literal(node)
    if isinstance(literal, tree.Literal) and isinstance(literal.value, str):
        return literal.value
    raise mistake(node, f"{what} is expected here", "write it as text in quotes")


def in_list(node: tree.Node, subject: typed.Value, items: Items, *, negated: bool = False) -> typed.Condition:
    constants = [converted(node, item, subject) for item in items.items]
    for constant in constants:
        if constant.type != subject.type and not {constant.type, subject.type} <= {*typed.TIMES}:
            raise mistake(node, f"a {subject.type} cannot be in an array of {constant.type}")
    if subject.type in typed.TIMES:
        checks = tuple(typed.CompareTime("!=" if negated else "=", subject, item) for item in constants)
        known = typed.Not(typed.IsNull(subject))
        return typed.All((known, *checks)) if negated else typed.All((known, typed.Any(checks)))
    return typed.InList(subject, tuple(item for item in constants if isinstance(item, typed.Constant)), negated)


def in_array(node: tree.Node, subject: typed.Value, array: typed.Value, *, negated: bool = False) -> typed.Condition:
    if not array.type.startswith("array<"):
        raise mistake(node, f"an array is expected, not a {array.type}")
    item = typed.Constant("", array.type[6:-1])
    subject = converted(node, subject, item)
    if subject.type != item.type:
        raise mistake(node, f"a {subject.type} cannot be in an {array.type}")
    return typed.InArray(subject, array, negated)


def converted(node: tree.Node, value: typed.Value, other: typed.Value) -> typed.Value:
    """A literal as the type of the value it meets, where it can be read as one."""
    if not isinstance(value, typed.Constant) or value.type == other.type or other.type == "period":
        return value
    if value.type == "string":
        return _read(node, str(value.value), other.type) or value
    if other.type == "string" and value.type in ("number", "boolean"):
        text = str(value.value)
        return typed.Constant(text.lower() if value.type == "boolean" else text, "string")
    return value


def _read(node: tree.Node, text: str, kind: typed.Type) -> typed.Constant | None:
    if kind == "number" and re.fullmatch(r"[+-]?\d+(\.\d+)?", text):
        return typed.Constant(float(text) if "." in text else int(text), "number")
    if kind == "boolean" and text.lower() in ("true", "false"):
        return typed.Constant(text.lower() == "true", "boolean")
    if kind in ("date", "timestamp"):
        try:
            if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
                return typed.Constant(date.fromisoformat(text).isoformat(), "date")
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise mistake(node, f"{text!r} is not a date", "write date(2026, 1, 31) or an ISO date") from None
        moment = moment.astimezone(UTC) if moment.tzinfo else moment
        return typed.Constant(moment.replace(tzinfo=None).isoformat(sep=" "), "timestamp")
    return None
