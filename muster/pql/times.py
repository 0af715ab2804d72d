"""Binding of times: `occurs` in its four forms, relative times and calendar periods.

What a time means once `now` is known is worked out in `sql_times`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from muster.pql import tree, typed
from muster.pql.bound import mistake
from muster.pql.compare import compare

if TYPE_CHECKING:
    from muster.pql.binder import Binder

When = tree.Distance | tree.Side | tree.On | tree.Between
BELOW_A_DAY = ("millisecond", "second", "minute", "hour")


def occurs(binder: Binder, node: tree.Occurs) -> typed.Condition:
    """`t occurs …`."""
    subject = binder.value(node.subject)
    if subject.type not in ("date", "timestamp"):
        raise mistake(node, f"occurs takes a date or timestamp, not a {subject.type}")
    return when(binder, subject, node.when)


def when(binder: Binder, subject: typed.Value, node: When) -> typed.Condition:
    """What follows `occurs`, or stands in the WHEN of a chain, asked of a time."""
    match node:
        case tree.Distance(_, operator, amount, unit, direction, anchor):
            _check_unit(node, subject, unit)
            return typed.Distance(subject, operator, amount, unit, direction, _time(binder, anchor))
        case tree.Side(_, direction, anchor):
            return compare(node, "<" if direction == "before" else ">", subject, _time(binder, anchor))
        case tree.On(_, anchor):
            return compare(node, "=", subject, _checked(anchor, subject, _time(binder, anchor)))
        case tree.Between(_, low, high):
            return typed.Within(subject, _time(binder, low), _time(binder, high))


def point(binder: Binder, node: tree.Relative | tree.Period) -> typed.Value:
    """`3 days before today` and `last month` as values."""
    if isinstance(node, tree.Period):
        return typed.Period(node.offset, node.unit)
    anchor = _time(binder, node.anchor)
    is_day = anchor.type != "timestamp" and node.unit not in BELOW_A_DAY
    return typed.Shifted(node.amount, node.unit, node.direction, anchor, "date" if is_day else "timestamp")


def day(node: tree.Call) -> typed.Value:
    """`date(year, month, day)`."""
    numbers = [a.value for a in node.arguments if isinstance(a, tree.Literal) and type(a.value) is int]
    if len(numbers) != 3 or len(node.arguments) != 3:
        raise mistake(node, "date takes a year, a month and a day", "write date(2026, 1, 31)")
    try:
        return typed.Constant(date(*numbers).isoformat(), "date")
    except ValueError:
        raise mistake(node, f"date({', '.join(map(str, numbers))}) is not in the calendar") from None


def _time(binder: Binder, node: tree.Node) -> typed.Value:
    """A time; the name of an item of a chain is the time of its row."""
    row = binder.scope.variables.get(node.name) if isinstance(node, tree.Name) and not node.levels else None
    if row in binder.scope.moments:
        return binder.scope.moments[row]
    value = binder.value(node)
    if value.type not in typed.TIMES:
        raise mistake(node, f"a time is expected, not a {value.type}", "write now, today, date(2026, 1, 31) …")
    return value


def _checked(node: tree.Node, subject: typed.Value, anchor: typed.Value) -> typed.Value:
    if isinstance(anchor, typed.Period):
        _check_unit(node, subject, anchor.unit)
    return anchor


def _check_unit(node: tree.Node, subject: typed.Value, unit: str) -> None:
    if subject.type == "date" and unit in BELOW_A_DAY:
        raise mistake(node, f"a date has no {unit}s", "count in days or longer units")
