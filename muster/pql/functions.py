"""Binding of functions (`date(…)`) and of methods (`opportunities.count()`), each by its name in one table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from muster.pql import arrays, maps, money, patterns, sets, tree, typed
from muster.pql.bound import Bound, Whole, mistake, takes
from muster.pql.compare import choice, compare, like, literal_text
from muster.pql.items import instances, is_one, plain, the_row
from muster.pql.lambdas import each
from muster.pql.objects import one_value
from muster.pql.paths import did_you_mean
from muster.pql.shapes import ITEM
from muster.pql.times import day
from muster.schema import ENTITIES

if TYPE_CHECKING:
    from muster.pql.binder import Binder


def call(binder: Binder, node: tree.Call) -> Bound:
    """`name(…)`."""
    match node.name:
        case "date":
            return day(node)
        case "currentMonth" | "currentYear" | "currentDayOfMonth":
            takes(node, 0)
            return typed.CurrentPart({"M": "month", "Y": "year", "D": "day"}[node.name[7]])
        case "if":
            takes(node, 3)
            return choice(binder, node, *node.arguments)
        case "inSegment":
            here = binder.scope.levels[-1]
            return _in_segment(binder, node, typed.Related(here, (), here.class_name))
        case "modelInstances":
            return _instances(binder, node)
        case "mapEntry":
            raise mistake(node, "mapEntry makes the entries of a map", "write it in map: (K, G) => mapEntry(K, …)")
    known = [
        "date",
        "if",
        "modelInstances",
        "mapEntry",
        "inSegment",
        "currentMonth",
        "currentYear",
        "currentDayOfMonth",
    ]
    raise mistake(node, f"there is no function {node.name!r}", did_you_mean(get_close_matches(node.name, known)))


def method(binder: Binder, node: tree.Method) -> Bound:
    """`target.name(…)`."""
    if node.name in METHODS:
        return METHODS[node.name](binder, node)
    raise mistake(node, f"there is no function {node.name!r}", did_you_mean(get_close_matches(node.name, METHODS)))


def aggregate(binder: Binder, function: str, rows: typed.Collection, value: tree.Node) -> typed.Aggregate:
    """`function` over `rows`; `value` is bound where names and variables already mean their items."""
    if function == "count":
        with binder.scope.ranging():
            binder.bind(value)
        return typed.Aggregate("count", rows, None)
    return _measured(binder, value, function, rows, one_value(binder, value))


def _measured(
    binder: Binder, node: tree.Node, function: str, rows: typed.Collection, value: typed.Value
) -> typed.Aggregate:
    if function in ("sum", "average") and value.type != "number":
        raise mistake(node, f"{function} takes a number, not a {value.type}")
    if value.type not in arrays.ORDERED:
        raise mistake(node, f"{function} does not order values of type {value.type}")
    value = money.converted(binder, value)
    return typed.Aggregate(function, rows.where(*money.own_currency(binder, value)), value, value.type)


def _count(binder: Binder, node: tree.Method) -> Bound:
    takes(node, 0)
    bound = binder.bind(node.target)
    if isinstance(bound, typed.Attribute) and not is_one(bound.type) and not binder.scope.ranges(bound):
        return typed.ArraySize(bound)
    return typed.Aggregate("count", binder.rows(node.target, bound), None)


def _aggregate(binder: Binder, node: tree.Method) -> Bound:
    rows = binder.collection(node.target)
    value = binder.scope.field(rows.item, ITEM)
    takes(node, *((0, 1) if value else (1,)))
    if value and not node.arguments:
        rows, measured = plain(rows) or (rows, value)
        return _measured(binder, node, node.name, rows, measured)
    with each(binder, node.arguments[0], rows.item) as body:
        return aggregate(binder, node.name, rows, body)


def _exists(binder: Binder, node: tree.Method) -> Bound:
    takes(node, 1)
    rows = binder.collection(node.target)
    with each(binder, node.arguments[0], rows.item) as body:
        return typed.Exists(rows.where(binder.condition(body)))


def _is_null(binder: Binder, node: tree.Method) -> Bound:
    takes(node, 0)
    match binder.bind(node.target):
        case typed.Collection() as rows:
            null: typed.Condition = typed.Not(typed.Exists(rows))
        case typed.Related() as row:
            null = typed.Missing(row)
        case Whole(fields):
            null = typed.All(tuple(typed.IsNull(field) for field in fields))
        case bound if isinstance(bound, typed.Value):
            null = typed.IsNull(bound)
        case _:
            raise mistake(node, f"{node.name} takes an attribute, an object or a relation")
    return null if node.name == "isNull" else typed.Not(null)


def _string_test(kind: str, *, negated: bool = False) -> Callable[[Binder, tree.Method], Bound]:
    def bind(binder: Binder, node: tree.Method) -> Bound:
        takes(node, 1, 2)
        subject, argument = binder.values(node.target, node.arguments[0])
        if kind == "equals" and len(node.arguments) == 1:
            return compare(node, "!=" if negated else "=", subject, argument)
        for value in (subject, argument):
            if value.type.startswith("array"):
                raise mistake(node, f"{node.name} takes text, not an array", "use includes for an array")
            if value.type != "string":
                raise mistake(node, f"{node.name} takes text, not a {value.type}")
        return typed.StringTest(kind, subject, argument, _flag(node), negated)

    return bind


def _flag(node: tree.Method) -> bool:
    """The case flag: upper and lower case differ unless it is false."""
    if len(node.arguments) == 1:
        return True
    flag = node.arguments[1]
    if isinstance(flag, tree.Literal) and isinstance(flag.value, bool):
        return flag.value
    raise mistake(flag, "the case flag is true or false")


def _like(binder: Binder, node: tree.Method) -> Bound:
    takes(node, 1)
    return like(binder, node, binder.value(node.target), node.arguments[0])


def _date_part(binder: Binder, node: tree.Method) -> Bound:
    takes(node, 0)
    operand = binder.value(node.target)
    if operand.type not in ("date", "timestamp"):
        raise mistake(node, f"{node.name} takes a date or timestamp, not a {operand.type}")
    return typed.DatePart({"getMonth": "month", "getYear": "year", "getDayOfMonth": "day"}[node.name], operand)


def _member(binder: Binder, node: tree.Method) -> Bound:
    match binder.bind(node.target):
        case typed.Related() as row:
            return _in_segment(binder, node, row)
        case typed.Collection() as rows:
            item = typed.Related(rows.item, (), rows.item.class_name)
            return typed.Exists(rows.where(_in_segment(binder, node, item)))
    raise mistake(node, "inSegment takes people or accounts")


#: XDM names of classes that are called otherwise here.
MODELS = {"profile": "person", "individualprofile": "person", "experienceevent": "activity"}


def _instances(binder: Binder, node: tree.Call) -> typed.Collection:
    """All rows of a class by the URI of its schema.

    Outside any filter, function or quantifier, the class that the rule is asked of means the one row that it is asked
    of, so that `select p from modelInstances("…/profile") where …` is a rule about p.
    """
    takes(node, 1)
    uri = literal_text(binder, node.arguments[0], "the URI of a schema")
    name = re.sub("[^a-z]", "", uri.rstrip("/").rpartition("/")[2].lower())
    named = {other.replace("_", ""): other for other in binder.scope.schema.classes}
    class_name = named.get(MODELS.get(name, name))
    if class_name is None:
        raise mistake(node, f"there is no class {uri!r}", f"the classes are {', '.join(sorted(named.values()))}")
    asked = class_name == binder.scope.root.class_name
    if asked and binder.scope.levels == [binder.scope.root] and not binder.scope.variables:
        return the_row(binder, binder.scope.root)
    return instances(binder, class_name)


def _in_segment(binder: Binder, node: tree.Call | tree.Method, row: typed.Related) -> typed.Condition:
    takes(node, 1)
    name = literal_text(binder, node.arguments[0], "the name of an audience")
    if row.class_name not in ENTITIES.values():
        raise mistake(
            node, f"{row.class_name} rows are in no audience", "audiences hold people or accounts; write X.inSegment(…)"
        )
    binder.scope.segments[name, row.class_name] = None
    return typed.InSegment(row, name)


METHODS: Mapping[str, Callable[[Binder, tree.Method], Bound]] = {
    "count": _count,
    "sum": _aggregate,
    "min": _aggregate,
    "max": _aggregate,
    "average": _aggregate,
    "exists": _exists,
    "isNull": _is_null,
    "isNotNull": _is_null,
    "equals": _string_test("equals"),
    "notEqualTo": _string_test("equals", negated=True),
    "contains": _string_test("contains"),
    "doesNotContain": _string_test("contains", negated=True),
    "startsWith": _string_test("startsWith"),
    "doesNotStartWith": _string_test("startsWith", negated=True),
    "endsWith": _string_test("endsWith"),
    "doesNotEndWith": _string_test("endsWith", negated=True),
    "like": _like,
    "getMonth": _date_part,
    "getYear": _date_part,
    "getDayOfMonth": _date_part,
    "inSegment": _member,
    **arrays.METHODS,
    **maps.METHODS,
    **patterns.METHODS,
    **sets.METHODS,
}
