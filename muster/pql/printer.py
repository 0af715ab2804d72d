"""Syntax tree to text: the one spelling of every form.

`parse(print_rule(tree))` is the tree, but for positions. Brackets stand where the grammar needs them, and around the
conditions of `not` and `and`/`or` that would be misread without.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import assert_never

from muster.errors import RuleError
from muster.pql import tree, words
from muster.pql.layout import EMPTY, FILL, SPACE, Doc, Group, Nest, enclosed, joined, render
from muster.pql.parser import parse

WIDTH = 120
PERIODS = {0: "this", -1: "last", 1: "next"}
PLURALS = {"century": "centuries", "millennium": "millennia"}
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}
ESCAPED = re.compile(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029]')


class Level(IntEnum):
    """How tightly a form binds, as in the grammar."""

    EXPRESSION = 0
    OR = 1
    AND = 2
    NOT = 3
    COMPARISON = 4
    SUM = 5
    PRODUCT = 6
    UNARY = 7
    POSTFIX = 8


class End(IntEnum):
    """What stands after a place, up to the next closing bracket: forms that read on to the right need to know."""

    MORE = 0
    COMMA = 1
    NOTHING = 2


SIGNS = {"+": Level.SUM, "-": Level.SUM, "*": Level.PRODUCT, "/": Level.PRODUCT, "%": Level.PRODUCT}


def print_rule(node: tree.Node) -> str:
    """A tree on one line. Raises `RuleError` for a tree that is too deep to be written."""
    return render(_doc(node))


def format_rule(text: str, width: int = WIDTH) -> str:
    """A rule in its one spelling, broken where it is longer than `width`. Raises `RuleError` where it is no PQL."""
    return format_tree(parse(text), width)


def format_tree(node: tree.Node, width: int = WIDTH) -> str:
    """A tree as `format_rule` writes it."""
    return render(Group(_doc(node)), width)


def _doc(node: tree.Node) -> Doc:
    if deep := tree.too_deep(node):
        raise RuleError(
            "the rule is nested too deeply", deep.at.line, deep.at.column, "split it into several audiences"
        )
    return _write(node)


def _write(node: tree.Node, level: Level = Level.EXPRESSION, end: End = End.NOTHING) -> Doc:
    """A node where the grammar has `level`, in brackets if it binds less tightly or reads on over what follows."""
    own, needs = _binding(node)
    if own < level or end < needs:
        return enclosed("(", _form(node, End.NOTHING), ")")
    return _form(node, end)


def _binding(node: tree.Node) -> tuple[Level, End]:
    """The level of a form, and what must stand after it at most."""
    match node:
        case tree.Lambda() | tree.Let():
            return Level.EXPRESSION, End.COMMA
        case tree.Quantified():
            return Level.NOT, End.NOTHING
        case tree.PrefixAggregate():
            return Level.UNARY, End.NOTHING
        case tree.Logical(_, operator):
            return (Level.OR if operator == "or" else Level.AND), End.MORE
        case tree.Unary(_, operator):
            return (Level.NOT if operator == "not" else Level.UNARY), End.MORE
        case tree.Binary(_, operator):
            return SIGNS.get(operator, Level.COMPARISON), End.MORE
        case tree.Occurs():
            return Level.COMPARISON, End.MORE
        case tree.Relative():
            return Level.UNARY, End.MORE
        case tree.Literal(_, value) if type(value) in (int, float) and str(value).startswith("-"):
            return Level.UNARY, End.MORE
    return Level.POSTFIX, End.MORE


def _form(node: tree.Node, end: End) -> Doc:
    match node:
        case tree.Literal(_, value):
            return _literal(value)
        case tree.Name(_, name, levels, quoted):
            return "^" * levels + _bare(name, quoted)
        case tree.ArrayLiteral(_, items):
            return enclosed("[", joined([_write(item, end=End.COMMA) for item in items], (",", FILL)), "]")
        case tree.ObjectLiteral(_, entries):
            return enclosed("{", joined([_entry(entry) for entry in entries], (",", SPACE)), "}")
        case tree.Attribute(_, target, name):
            return (_target(target), ".", _name(name))
        case tree.Filter(_, target, predicate):
            return (_target(target), enclosed("[", _write(predicate), "]"))
        case tree.Method(_, target, name, arguments):
            return (_target(target), ".", _name(name), _arguments(arguments))
        case tree.Call(_, name, arguments):
            return (f"`{name}`" if name.lower() == "chain" else _bare(name), _arguments(arguments))
        case tree.Unary(_, operator, operand):
            return (
                ("not ", _negated(operand, end)) if operator == "not" else ("-", _write(operand, Level.UNARY, End.MORE))
            )
        case tree.Logical(_, operator, operands):
            level = Level.AND if operator == "or" else Level.NOT
            return Group(joined([_write(operand, level, End.MORE) for operand in operands], (SPACE, f"{operator} ")))
        case tree.Binary():
            return _binary(node)
        case tree.Relative(_, amount, unit, direction, anchor):
            return (f"{_span(amount, unit)} {direction} ", _time(anchor))
        case tree.Period(_, offset, unit):
            return f"{PERIODS[offset]} {unit}"
        case tree.Occurs(_, subject, when):
            return (_write(subject, Level.SUM, End.MORE), " occurs ", _when(when))
        case tree.Quantified(_, kind, declarations):
            return (f"{kind} ", _declarations(declarations))
        case tree.PrefixAggregate(_, function, value, declarations):
            return Group((f"{function} ", _summed(value), Nest((SPACE, "over ", _declarations(declarations)))))
        case tree.Lambda(_, parameters, body):
            return (f"({', '.join(parameters)}) => ", _write(body, end=end))
        case tree.Let(_, name, value, body):
            return Group((f"let {name} = ", _write(value, Level.SUM, End.MORE), SPACE, "in ", _body(body)))
        case tree.Chain(_, rows, time, items):
            head = ("CHAIN(", _write(rows, end=End.COMMA), ", ", _write(time, end=End.COMMA), ", [")
            return Group(
                (*head, Nest((EMPTY, joined([_chain_item(item) for item in items], (",", SPACE)))), EMPTY, "])")
            )
    raise TypeError(f"{type(node).__name__} is no form of its own")


def _literal(value: str | int | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return repr(value)
    return f'"{ESCAPED.sub(_escape, value)}"'


def _escape(found: re.Match[str]) -> str:
    return ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04x}"


def _name(name: str) -> str:
    """A name where only a name can stand."""
    return name if words.PLAIN.fullmatch(name) else f"`{name}`"


def _bare(name: str, quoted: bool = False) -> str:
    """A name where other words could stand."""
    return f"`{name}`" if quoted or name.lower() in words.RESERVED else _name(name)


def _target(node: tree.Node) -> Doc:
    """What stands before a dot or a bracket; numbers in brackets, lest the dot be read as a point."""
    if isinstance(node, tree.Literal) and type(node.value) in (int, float):
        return ("(", _literal(node.value), ")")
    return _write(node, Level.POSTFIX, End.MORE)


def _arguments(nodes: tuple[tree.Node, ...]) -> Doc:
    if not nodes:
        return "()"
    end = End.NOTHING if len(nodes) == 1 else End.COMMA
    return enclosed("(", joined([_write(node, end=end) for node in nodes], (",", SPACE)), ")")


def _entry(entry: tree.Entry) -> Doc:
    return (_literal(entry.key), ": ", _write(entry.value, end=End.COMMA))


def _negated(operand: tree.Node, end: End) -> Doc:
    is_clear = _binding(operand)[0] == Level.POSTFIX or isinstance(operand, tree.Quantified) or _is_not(operand)
    return _write(operand, Level.NOT, end) if is_clear else enclosed("(", _write(operand), ")")


def _is_not(node: tree.Node) -> bool:
    return isinstance(node, tree.Unary) and node.operator == "not"


def _binary(node: tree.Binary) -> Doc:
    level = SIGNS.get(node.operator)
    operator = "notIn" if node.operator == "notin" else node.operator
    if level is None:
        return (_write(node.left, Level.SUM, End.MORE), f" {operator} ", _write(node.right, Level.SUM, End.MORE))
    right = _write(node.right, Level(level + 1), End.MORE)
    return Group((_write(node.left, level, End.MORE), Nest((SPACE, f"{operator} ", right))))


def _span(amount: int, unit: str) -> str:
    return f"{amount} {unit if amount == 1 else PLURALS.get(unit, f'{unit}s')}"


def _time(node: tree.Node) -> Doc:
    """A time after a word that asks for one."""
    return _write(node, Level.UNARY if isinstance(node, tree.Relative) else Level.POSTFIX, End.MORE)


def _when(when: tree.Distance | tree.Side | tree.On | tree.Between) -> Doc:
    match when:
        case tree.Distance(_, operator, amount, unit, direction, anchor):
            return (f"{operator} {_span(amount, unit)} {direction} ", _time(anchor))
        case tree.Side(_, direction, anchor):
            return (f"{direction} ", _time(anchor))
        case tree.On(_, anchor):
            is_clear = isinstance(anchor, tree.Period) or (
                isinstance(anchor, tree.Name) and anchor.name in words.INSTANTS and not anchor.quoted
            )
            return _time(anchor) if is_clear else ("on ", _time(anchor))
        case tree.Between(_, low, high):
            return ("between ", _time(low), " and ", _time(high))
    assert_never(when)


def _declarations(items: tuple[tree.Declaration, ...]) -> Doc:
    if len(items) == 1:
        return _declaration(items[0], End.NOTHING)
    ends = [End.COMMA] * (len(items) - 1) + [End.NOTHING]
    written = [_declaration(item, end) for item, end in zip(items, ends, strict=True)]
    return Nest(Group(joined(written, (",", SPACE))), aligned=True)


def _declaration(item: tree.Declaration, end: End) -> Doc:
    head = (f"{item.name} from ", _write(item.source, Level.POSTFIX, End.MORE))
    if item.where is None:
        return head
    return Group((*head, Nest((SPACE, "where ", Nest(_write(item.where, end=end))))))


def _summed(node: tree.Node) -> Doc:
    """What a prefix aggregate adds up; in brackets where it does not begin like a path."""
    doc = _write(node, Level.SUM, End.MORE)
    return doc if re.match(r"[A-Za-z_$^(]", render(doc)) else enclosed("(", doc, ")")


def _body(node: tree.Node) -> Doc:
    """What `let` is in; a condition in brackets, as it is published."""
    return _write(node) if _binding(node)[0] == Level.POSTFIX else enclosed("(", _write(node), ")")


def _chain_item(item: tree.ChainItem) -> Doc:
    clauses: list[Doc] = []
    if item.what is not None:
        clauses.append(("WHAT", enclosed("(", _write(item.what), ")")))
    if item.when is not None:
        clauses.append(("WHEN", enclosed("(", _when(item.when), ")")))
    if item.count is not None:
        clauses.append(f"COUNT({item.count})")
    if item.where is not None:
        clauses.append(("WHERE", enclosed("(", _write(item.where), ")")))
    rest = [(SPACE, clause) for clause in clauses[1:]]
    return (f"{item.name}: ", Group((*clauses[:1], Nest(tuple(rest)))))
