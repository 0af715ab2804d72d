"""Binding of functions (`date(…)`) and of methods (`opportunities.count()`), each by its name in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from muster.pql import tree, typed
from muster.pql.bound import Bound, Items, Whole, mistake, not_yet
from muster.pql.compare import compare, in_array, in_list, like, literal_text, membership
from muster.pql.paths import did_you_mean
from muster.pql.times import day
from muster.schema import ENTITIES

if TYPE_CHECKING:
    from muster.pql.binder import Binder

NOT_YET_FUNCTIONS = ("if", "modelInstances", "mapEntry")
NOT_YET_METHODS = (
    *("bottomN", "distinct", "filter", "get", "groupBy", "head", "intersection"),
    *("keys", "map", "regexGroup", "subsetOf", "supersetOf", "topN", "values"),
)


def call(binder: Binder, node: tree.Call) -> Bound:
    """`name(…)`."""
    match node.name:
        case "date":
            return day(node)
        case "currentMonth" | "currentYear" | "currentDayOfMonth":
            _takes(node, node.arguments, 0)
            return typed.CurrentPart({"M": "month", "Y": "year", "D": "day"}[node.name[7]])
        case "inSegment":
            here = binder.scope.levels[-1]
            return _in_segment(binder, node, typed.Related(here, (), here.class_name))
        case name if name in NOT_YET_FUNCTIONS:
            raise not_yet(node, f"{name}(…)")
    known = ["date", "inSegment", "currentMonth", "currentYear", "currentDayOfMonth"]
    raise mistake(node, f"there is no function {node.name!r}", did_you_mean(get_close_matches(node.name, known)))


def method(binder: Binder, node: tree.Method) -> Bound:
    """`target.name(…)`."""
    if node.name in METHODS:
        return METHODS[node.name](binder, node)
    if node.name in NOT_YET_METHODS:
        raise not_yet(node, f".{node.name}(…)")
    raise mistake(node, f"there is no function {node.name!r}", did_you_mean(get_close_matches(node.name, METHODS)))


def aggregate(binder: Binder, function: str, rows: typed.Collection, value: tree.Node) -> typed.Aggregate:
    """`function` over `rows`; `value` is bound where names and variables already mean their items."""
    if function == "count":
        with binder.scope.ranging():
            binder.bind(value)
        return typed.Aggregate("count", rows, None)
    with binder.scope.ranging() as ranged:
        measured = binder.value(value)
    if ranged:
        raise mistake(value, "the path reaches many rows where one value a row is expected", "aggregate it as well")
    if function in ("sum", "average") and measured.type != "number":
        raise mistake(value, f"{function} takes a number, not a {measured.type}")
    if measured.type not in ("number", "string", "date", "timestamp"):
        raise mistake(value, f"{function} does not order values of type {measured.type}")
    rows = rows.where(*_own_currency(binder, measured))
    return typed.Aggregate(function, rows, measured, measured.type)


def _own_currency(binder: Binder, value: typed.Value) -> list[typed.Condition]:
    """Amounts are taken only from rows in the organisation's currency, or in none that is known."""
    beneath = {item.item for item in typed.walk(value) if isinstance(item, typed.Step)}
    conditions: dict[typed.Attribute, typed.Condition] = {}
    for item in typed.walk(value):
        if isinstance(item, typed.Attribute) and item.var not in beneath:
            currency = binder.scope.currency_of(item)
            if currency:
                own = typed.Compare("=", currency, typed.Organisation())
                conditions[currency] = typed.Any((own, typed.IsNull(currency)))
    return list(conditions.values())


def _aggregate(binder: Binder, node: tree.Method) -> Bound:
    if node.name == "count":
        _takes(node, node.arguments, 0)
        bound = binder.bind(node.target)
        if isinstance(bound, typed.Attribute) and bound.type.startswith("array"):
            return typed.ArraySize(bound)
        return typed.Aggregate("count", binder.rows(node.target, bound), None)
    _takes(node, node.arguments, 1)
    rows = binder.collection(node.target)
    with binder.scope.inside(rows.item):
        return aggregate(binder, node.name, rows, node.arguments[0])


def _exists(binder: Binder, node: tree.Method) -> Bound:
    _takes(node, node.arguments, 1)
    rows = binder.collection(node.target)
    with binder.scope.inside(rows.item):
        return typed.Exists(rows.where(binder.condition(node.arguments[0])))


def _is_null(binder: Binder, node: tree.Method) -> Bound:
    _takes(node, node.arguments, 0)
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
        _takes(node, node.arguments, 1, 2)
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


def _matches(binder: Binder, node: tree.Method) -> Bound:
    _takes(node, node.arguments, 1)
    subject = binder.value(node.target)
    if subject.type != "string":
        raise mistake(node, f"matches takes text, not a {subject.type}")
    pattern = literal_text(node.arguments[0], "a regular expression")
    try:
        pc.match_substring_regex(pa.array([""]), pattern)  # RE2, as in the engine
    except pa.ArrowInvalid as error:
        reason = str(error).rpartition("Invalid regular expression: ")[2]
        raise mistake(node.arguments[0], f"the regular expression cannot be read: {reason}") from None
    return typed.Matches(subject, pattern)


def _like(binder: Binder, node: tree.Method) -> Bound:
    _takes(node, node.arguments, 1)
    return like(node, binder.value(node.target), node.arguments[0])


def _includes(binder: Binder, node: tree.Method) -> Bound:
    _takes(node, node.arguments, 1)
    return membership(binder, node, node.arguments[0], node.target)


def _intersects(binder: Binder, node: tree.Method) -> Bound:
    _takes(node, node.arguments, 1)
    sides = sorted([node.target, node.arguments[0]], key=lambda side: isinstance(side, tree.ArrayLiteral))
    items = binder.bind(sides[1])
    if not isinstance(items, Items) or isinstance(sides[0], tree.ArrayLiteral):
        raise not_yet(node, "intersects without exactly one literal array")
    array = binder.value(sides[0])
    if array.type.startswith("array"):
        return typed.Any(tuple(in_array(node, item, array) for item in items.items))
    if rows := binder.scope.take_range(array):
        return typed.Exists(rows.where(in_list(node, array, items)))
    raise mistake(node, f"intersects takes an array, not a {array.type}", "use in")


def _date_part(binder: Binder, node: tree.Method) -> Bound:
    _takes(node, node.arguments, 0)
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


def _in_segment(binder: Binder, node: tree.Call | tree.Method, row: typed.Related) -> typed.Condition:
    _takes(node, node.arguments, 1)
    name = literal_text(node.arguments[0], "the name of an audience")
    if row.class_name not in ENTITIES.values():
        raise mistake(
            node, f"{row.class_name} rows are in no audience", "audiences hold people or accounts; write X.inSegment(…)"
        )
    binder.scope.segments[name, row.class_name] = None
    return typed.InSegment(row, name)


def _takes(node: tree.Call | tree.Method, arguments: tuple[tree.Node, ...], *counts: int) -> None:
    if len(arguments) not in counts:
        wanted = " or ".join(map(str, counts))
        raise mistake(node, f"{node.name} takes {wanted} argument{'' if wanted == '1' else 's'}, not {len(arguments)}")


METHODS: Mapping[str, Callable[[Binder, tree.Method], Bound]] = {
    "count": _aggregate,
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
    "matches": _matches,
    "includes": _includes,
    "intersects": _intersects,
    "getMonth": _date_part,
    "getYear": _date_part,
    "getDayOfMonth": _date_part,
    "inSegment": _member,
}
