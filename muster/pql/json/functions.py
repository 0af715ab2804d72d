"""`fnApply`: signs and words of the text that are functions in JSON, methods, and calls."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from muster.pql import tree, words
from muster.pql.json import forms
from muster.pql.json import members as of
from muster.pql.json.members import Json, Place

if TYPE_CHECKING:
    from muster.pql.json.read import Reader

HERE = tree.Position(1, 1)
#: Functions that a comparison is with a case flag as its third parameter.
WITH_CASE_FLAG = {"=": "equals", "!=": "notEqualTo"}
When = tree.Distance | tree.Side | tree.On | tree.Between


def apply(read: Reader, value: Json, place: Place) -> tree.Node:
    """The form that a function stands for, its parameters read."""
    name = of.text(value, place, "fnName")
    if name in ("some", "all") and "range" in value:
        return _old_quantifier(read, value, place, name)
    optional = ("form", "variables") if name == "chain" else ("form",)
    of.members(value, place, "fnName", "params", optional=optional)
    params = of.items(value, place, "params")
    form = value.get("form", forms.usual_form(name, len(params)))
    match form:
        case None:
            return _syntax(read, value, place, name, params)
        case forms.CALL:
            return tree.Call(HERE, of.name(value, place, "fnName"), _all(read, params, place))
        case forms.METHOD:
            return _method(read, place, name, params)
        case forms.BRACKETS if name == "filter":
            _count(params, place, name, 2)
            at = place.at("params")
            return tree.Filter(HERE, read.node(params[0], at.at(0)), read.per_item(params[1], at.at(1)))
        case forms.OVER if name in forms.AGGREGATES:
            return _aggregate(read, place, name, params)
    raise place.at("form").wrong(f"{words.shown(str(form))} is no spelling of {words.shown(name)}", "leave it out")


def _syntax(read: Reader, value: Json, place: Place, name: str, params: list[Any]) -> tree.Node:
    """Signs and words of the text."""
    match name, len(params):
        case (("and" | "or"), 1):
            return read.node(params[0], place.at("params").at(0))
        case (("and" | "or"), count) if count:
            return tree.Logical(HERE, name, _all(read, params, place))
        case "not", 1:
            return tree.Unary(HERE, "not", *_all(read, params, place))
        case "-", 1:
            return tree.negative(HERE, *_all(read, params, place))
        case (("=" | "!="), 3):
            return _method(read, place, WITH_CASE_FLAG[name], params)
        case _, 2 if name in forms.BINARY:
            return tree.Binary(HERE, name.lower(), *_all(read, params, place))
        case (("before" | "after"), 3):
            return tree.Relative(HERE, *_relative(read, place, name, params))
        case (("this" | "last" | "next"), 1):
            return tree.Period(HERE, forms.PERIODS[name], _unit(params[0], place.at("params").at(0)))
        case _, 0 if name in words.INSTANTS:
            return tree.Name(HERE, name)
        case "occurs", 2:
            at = place.at("params")
            return tree.Occurs(HERE, read.node(params[0], at.at(0)), _when(read, params[1], at.at(1)))
        case "let", 2:
            return _let(read, place, params)
        case "object", _:
            return _object(read, place, params)
        case "chain", 2:
            return _chain(read, value, place, params)
    raise place.at("params").wrong(f"{name} does not take {len(params)} parameters here")


def _all(read: Reader, params: list[Any], place: Place) -> tuple[tree.Node, ...]:
    at = place.at("params")
    return tuple(read.node(item, at.at(index)) for index, item in enumerate(params))


def _count(params: list[Any], place: Place, name: str, count: int) -> None:
    if len(params) != count:
        raise place.at("params").wrong(f"{name} takes {count} parameters, not {len(params)}")


def _method(read: Reader, place: Place, name: str, params: list[Any]) -> tree.Node:
    if not params:
        raise place.at("params").wrong(f"{name} has nothing that it is asked of", "the first parameter says what")
    at = place.at("params")
    target, *rest = (
        read.per_item(item, at.at(index)) if index == 1 and name in forms.PER_ITEM else read.node(item, at.at(index))
        for index, item in enumerate(params)
    )
    return tree.Method(HERE, target, of.name({"fnName": name}, place, "fnName"), tuple(rest))


def _relative(read: Reader, place: Place, direction: str, params: list[Any]) -> tuple[int, str, str, tree.Node]:
    at = place.at("params")
    amount = of.node(params[0], at.at(0), ("literal",))
    anchor = read.node(params[2], at.at(2))
    return of.number(amount, at.at(0), "value", 0), _unit(params[1], at.at(1)), direction, anchor


def _unit(value: object, place: Place) -> str:
    return of.choice(of.node(value, place, ("literal",)), place, "value", forms.UNITS)


def _when(read: Reader, value: Any, place: Place) -> When:
    """The tail of `occurs`, which is a time where it is nothing else."""
    at = place.at("params")
    match value:
        case {"nodeType": "fnApply", "fnName": "before" | "after" as name, "params": [anchor]} if "form" not in value:
            return tree.Side(HERE, name, read.node(anchor, at.at(0)))
        case {"nodeType": "fnApply", "fnName": "between", "params": [low, high]} if "form" not in value:
            return tree.Between(HERE, read.node(low, at.at(0)), read.node(high, at.at(1)))
        case {"nodeType": "fnApply", "fnName": str(name), "params": [span]} if name in forms.COMPARISONS:
            time = read.node(span, at.at(0))
            if not isinstance(time, tree.Relative):
                raise at.at(0).wrong("a time from another is expected", "write before or after with three parameters")
            return tree.Distance(HERE, name, time.amount, time.unit, time.direction, time.anchor)
    return tree.On(HERE, read.node(value, place))


def _let(read: Reader, place: Place, params: list[Any]) -> tree.Node:
    at = place.at("params")
    function = of.node(params[1], at.at(1), ("fnCreate",))
    names = read.parameters(function, at.at(1))
    if len(names) != 1:
        raise at.at(1).at("params").wrong("let names one value", "write one parameter")
    body = read.node(function, at.at(1))
    assert isinstance(body, tree.Lambda)  # noqa: S101 - what a fnCreate with a parameter is
    return tree.Let(HERE, names[0], read.node(params[0], at.at(0)), body.body)


def _object(read: Reader, place: Place, params: list[Any]) -> tree.Node:
    at = place.at("params")
    if len(params) % 2:
        raise at.wrong("a key has no value", "keys and values take turns")
    entries = []
    for index in range(0, len(params), 2):
        key = read.node(params[index], at.at(index))
        if not isinstance(key, tree.Literal) or not isinstance(key.value, str):
            raise at.at(index).wrong("a key is text", "write a literal of type String")
        entries.append(tree.Entry(HERE, key.value, read.node(params[index + 1], at.at(index + 1))))
    return tree.ObjectLiteral(HERE, tuple(entries))


def _aggregate(read: Reader, place: Place, name: str, params: list[Any]) -> tree.Node:
    _count(params, place, name, 2)
    at = place.at("params")
    rows = of.node(params[0], at.at(0), ("select",))
    of.members(rows, at.at(0), "variables")
    declarations, known = read.declarations(rows, replace(at.at(0), depth=place.depth + 1))
    function = of.node(params[1], at.at(1), ("fnCreate",))
    of.members(function, at.at(1), "params", "body")
    if read.parameters(function, at.at(1)) != tuple(item.name for item in declarations):
        raise at.at(1).at("params").wrong("the parameters are not the variables of the rows", "name them alike")
    body = read.node(function["body"], replace(known, path=at.at(1).at("body").path, depth=place.depth + 1))
    return tree.PrefixAggregate(HERE, name, body, declarations)


def _chain(read: Reader, value: Json, place: Place, params: list[Any]) -> tree.Node:
    at, items = place.at("params"), of.items(value, place, "variables", least=1)
    rows, time = read.node(params[0], at.at(0)), read.per_item(params[1], at.at(1))
    nodes = [of.node(item, place.at("variables").at(index), ("varDecl",)) for index, item in enumerate(items)]
    names = [of.variable(item, place.at("variables").at(index)) for index, item in enumerate(nodes)]
    inside = place.at("variables").knowing(*names)
    return tree.Chain(HERE, rows, time, tuple(_step(read, item, inside.at(n)) for n, item in enumerate(nodes)))


def _step(read: Reader, item: Json, place: Place) -> tree.ChainItem:
    """One item of a chain."""
    of.members(item, place, "varName", optional=("what", "when", "count", "where"))
    if not item.keys() & {"what", "when", "count", "where"}:
        raise place.wrong("the item asks nothing", "write what, when, count or where")
    return tree.ChainItem(
        HERE,
        item["varName"],
        what=read.per_item(item["what"], place.at("what")) if "what" in item else None,
        when=_when(read, item["when"], place.at("when")) if "when" in item else None,
        count=of.number(item, place, "count", 0) if "count" in item else None,
        where=read.per_item(item["where"], place.at("where")) if "where" in item else None,
    )


def _old_quantifier(read: Reader, value: Json, place: Place, kind: str) -> tree.Node:
    """`some` and `all` as functions over a range, as the filter expressions of XDM once were."""
    of.members(value, place, "fnName", "varName", "range", "params")
    name, params = of.variable(value, place), of.items(value, place, "params")
    _count(params, place, kind, 1)
    source = read.node(value["range"], place.at("range"))
    where = read.node(params[0], place.at("params").at(0).knowing(name))
    return tree.Quantified(HERE, kind, (tree.Declaration(HERE, name, source, where),))
