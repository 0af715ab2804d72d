"""Syntax tree to pql/json."""

from __future__ import annotations

from typing import assert_never

from muster.errors import RuleError
from muster.pql import tree, words
from muster.pql.json import forms
from muster.pql.json.members import Json

Names = frozenset[str]
LITERALS: dict[type, str] = {str: "String", bool: "Boolean", int: "Integer", float: "Number"}
PERIODS = {offset: word for word, offset in forms.PERIODS.items()}


def to_json(node: tree.Node) -> Json:
    """The JSON form of a tree. Raises `RuleError` for a tree that is too deep to be written."""
    if deep := tree.too_deep(node):
        raise RuleError(
            "the rule is nested too deeply", deep.at.line, deep.at.column, "split it into several audiences"
        )
    return _write(node, frozenset())


def _write(node: tree.Node, names: Names) -> Json:
    """A node where `names` are declared."""
    match node:
        case tree.Literal(_, value):
            return {"nodeType": "literal", "literalType": LITERALS[type(value)], "value": value}
        case tree.ArrayLiteral(_, items):
            return {"nodeType": "literal", "literalType": "List", "value": [_item(item, names) for item in items]}
        case tree.Name():
            return _name(node, names)
        case tree.Attribute(_, target, name):
            return {"nodeType": "fieldLookup", "fieldName": name, "object": _write(target, names)}
        case tree.Filter(_, target, predicate):
            return _apply("filter", _write(target, names), _per_item(predicate, names), form=forms.BRACKETS)
        case tree.Call(_, name, arguments):
            return _apply(
                name, *(_write(item, names) for item in arguments), form=_form(name, len(arguments), forms.CALL)
            )
        case tree.Method():
            return _method(node, names)
        case tree.Unary(_, operator, operand):
            return _apply(operator, _write(operand, names))
        case tree.Logical(_, operator, operands):
            return _apply(operator, *(_write(operand, names) for operand in operands))
        case tree.Binary(_, operator, left, right):
            return _apply("notIn" if operator == "notin" else operator, _write(left, names), _write(right, names))
        case tree.Relative(_, amount, unit, direction, anchor):
            return _relative(amount, unit, direction, anchor, names)
        case tree.Period(_, offset, unit):
            return _apply(PERIODS[offset], _text(unit))
        case tree.Occurs(_, subject, when):
            return _apply("occurs", _write(subject, names), _when(when, names))
        case tree.Quantified(_, kind, declarations):
            return _quantified(kind, declarations, names)
        case tree.PrefixAggregate(_, function, value, declarations):
            declared = [item.name for item in declarations]
            rows = _quantified("select", declarations, names)
            return _apply(function, rows, _function(declared, value, names), form=forms.OVER)
        case tree.Lambda(_, parameters, body):
            return _function(parameters, body, names)
        case tree.Let(_, name, value, body):
            return _apply("let", _write(value, names), _function([name], body, names))
        case tree.ObjectLiteral(_, entries):
            pairs = (part for entry in entries for part in (_text(entry.key), _write(entry.value, names)))
            return _apply("object", *pairs)
        case tree.Chain():
            return _chain(node, names)
    raise TypeError(f"{type(node).__name__} is no form of its own")


def _apply(name: str, *params: Json, form: str | None = None) -> Json:
    told = {"form": form} if form else {}
    return {"nodeType": "fnApply", "fnName": name, **told, "params": list(params)}


def _form(name: str, params: int, form: str) -> str | None:
    """The form, where it is not the usual one."""
    return None if form == forms.usual_form(name, params) else form


def _text(value: str) -> Json:
    return {"nodeType": "literal", "literalType": "String", "value": value}


def _item(node: tree.Node, names: Names) -> str | int | float | bool | Json:
    """An item of a list: a plain value as it is, anything else as a node."""
    return node.value if isinstance(node, tree.Literal) else _write(node, names)


def _name(node: tree.Name, names: Names) -> Json:
    name, level = node.name, {"level": node.levels} if node.levels else {}
    if name.startswith("@{"):
        value = name[2:-1]
        form = {"form": forms.CONTEXT} if value == "profile" else {}
        return {"nodeType": "literal", "literalType": "XDMObject", **form, "value": value, **level}
    if name.startswith("$"):
        form = {"form": forms.EXPLICIT} if name == "$1" else {}
        return {"nodeType": "parameterReference", "position": int(name[1:]), **form, **level}
    if not level and name in names:
        return {"nodeType": "varRef", "varName": name, **({"form": forms.QUOTED} if node.quoted else {})}
    if not level and name in words.INSTANTS and not node.quoted:
        return _apply(name)
    return {
        "nodeType": "fieldLookup",
        "fieldName": name,
        "object": {"nodeType": "parameterReference", "position": 1, **level},
    }


def _method(node: tree.Method, names: Names) -> Json:
    arguments = [_write(item, names) for item in node.arguments]
    if node.name in forms.PER_ITEM and arguments and not isinstance(node.arguments[0], tree.Lambda):
        arguments[0] = _per_item(node.arguments[0], names)
    form = _form(node.name, 1 + len(arguments), forms.METHOD)
    return _apply(node.name, _write(node.target, names), *arguments, form=form)


def _per_item(node: tree.Node, names: Names) -> Json:
    """A function of an item that has no name: `parameterReference` 1 in it is the item."""
    return {"nodeType": "fnCreate", "params": [], "body": _write(node, names)}


def _function(parameters: tuple[str, ...] | list[str], body: tree.Node, names: Names) -> Json:
    told = [{"varName": name} for name in parameters]
    return {"nodeType": "fnCreate", "params": told, "body": _write(body, names | set(parameters))}


def _relative(amount: int, unit: str, direction: str, anchor: tree.Node, names: Names) -> Json:
    number = {"nodeType": "literal", "literalType": "Integer", "value": amount}
    return _apply(direction, number, _text(unit), _write(anchor, names))


def _when(when: tree.Distance | tree.Side | tree.On | tree.Between, names: Names) -> Json:
    match when:
        case tree.Distance(_, operator, amount, unit, direction, anchor):
            return _apply(operator, _relative(amount, unit, direction, anchor, names))
        case tree.Side(_, direction, anchor):
            return _apply(direction, _write(anchor, names))
        case tree.On(_, anchor):
            return _write(anchor, names)
        case tree.Between(_, low, high):
            return _apply("between", _write(low, names), _write(high, names))
    assert_never(when)


def _quantified(kind: str, declarations: tuple[tree.Declaration, ...], names: Names) -> Json:
    variables = []
    for item in declarations:
        told = {"nodeType": "varDecl", "varName": item.name, "from": _write(item.source, names)}
        names = names | {item.name}
        variables.append(told if item.where is None else {**told, "where": _write(item.where, names)})
    if kind == "select":
        return {"nodeType": "select", "variables": variables}
    form = {"form": kind} if kind in forms.QUANTIFIERS else {}
    quantifier = forms.QUANTIFIERS.get(kind, kind)
    return {"nodeType": "quantification", "quantifier": quantifier, **form, "variables": variables}


def _chain(node: tree.Chain, names: Names) -> Json:
    rows, time = _write(node.rows, names), _per_item(node.time, names)
    names = names | {item.name for item in node.items}
    return {**_apply("chain", rows, time), "variables": [_chain_item(item, names) for item in node.items]}


def _chain_item(item: tree.ChainItem, names: Names) -> Json:
    told: Json = {"nodeType": "varDecl", "varName": item.name}
    if item.what is not None:
        told["what"] = _per_item(item.what, names)
    if item.when is not None:
        told["when"] = _when(item.when, names)
    if item.count is not None:
        told["count"] = item.count
    if item.where is not None:
        told["where"] = _per_item(item.where, names)
    return told
