"""Text to syntax tree, by the grammar in `grammar.lark`.

A text that is not PQL gives one `RuleError` at the first place where reading has to stop.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn, cast

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken, VisitError

from muster.errors import RuleError
from muster.pql import tree

ESCAPES = {'"': '"', "'": "'", "\\": "\\", "/": "/", "n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
PERIODS = {"this": 0, "last": -1, "next": 1}
PLURALS = {"centuries": "century", "millennia": "millennium"}

#: What the reader calls the terminals that are worth naming in an error.
WORDS = {
    "COMPARE": "a comparison",
    "RPAR": ")",
    "RSQB": "]",
    "RBRACE": "}",
    "NAME": "a name",
    "NUMBER": "a number",
    "STRING": "text in quotes",
    "UNIT": "a unit of time such as days",
    "DIRECTION": "before, after or from",
    "FROM": "from",
    "WHERE": "where",
    "AND": "and",
    "OR": "or",
    "OVER": "over",
    "IN": "in",
    "COMMA": ",",
    "COLON": ":",
    "LPAR": "(",
    "WHAT": "WHAT, WHEN, COUNT or WHERE",
}


def parse(text: str) -> tree.Node:
    """The syntax tree of a rule.

    Raises `RuleError` with the place where the text stops being PQL.
    """
    if not text.strip():
        raise RuleError("the rule is empty", 1, 1, 'write a condition, such as workAddress.country = "US"')
    try:
        return cast(tree.Node, _lark().parse(text))
    except UnexpectedInput as error:
        _explain(text, error)
    except VisitError as error:
        raise error.orig_exc from None


@lru_cache(maxsize=1)
def _lark() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", maybe_placeholders=True, transformer=_Tree())


def _place(text: str, index: int) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1


def _explain(text: str, error: UnexpectedInput) -> NoReturn:
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        expected = _expected(error.accepts or error.expected)
        raise RuleError(f"unexpected {str(error.token)!r}", error.line, error.column, expected) from None
    if isinstance(error, UnexpectedCharacters):
        character = text[error.pos_in_stream or 0]
        if character in "\"'":
            raise RuleError("the text in quotes has no end", error.line, error.column, f"close it with {character}")
        raise RuleError(
            f"unexpected {character!r}", error.line, error.column, _expected(error.allowed or set())
        ) from None
    wanted = error.expected if isinstance(error, UnexpectedEOF) else getattr(error, "accepts", None)
    raise RuleError("the rule stops too early", *_place(text, len(text.rstrip())), _expected(wanted or set())) from None


def _expected(terminals: Sequence[str] | set[str]) -> str:
    if "NAME" in terminals and "STRING" in terminals:
        return "expected a value or a condition"
    words = [WORDS[name] for name in WORDS if name in terminals]
    return f"expected {' / '.join(words)}" if words else ""


def _at(token: Token) -> tree.Position:
    return tree.Position(token.line or 1, token.column or 1)


def _unit(token: Token) -> str:
    word = token.lower()
    return PLURALS.get(word, word.removesuffix("s"))


def _direction(token: Token) -> str:
    return "after" if token.lower() == "from" else token.lower()


def _amount(token: Token) -> int:
    if not token.isdigit():
        at = _at(token)
        raise RuleError(f"{token} is not a whole number", at.line, at.column, "count units in whole numbers")
    return int(token)


def _number(token: Token) -> int | float:
    return int(token) if token.isdigit() else float(token)


def _text(token: Token) -> str:
    """The text between the quotes, escapes resolved."""

    def resolve(match: re.Match[str]) -> str:
        code = match.group(1)
        if code.startswith("u") and len(code) == 5:
            return chr(int(code[1:], 16))
        if code not in ESCAPES:
            at = _at(token)
            raise RuleError(f"\\{code} means nothing in a text", at.line, at.column, "write \\\\ for a backslash")
        return ESCAPES[code]

    value = ESCAPE.sub(resolve, token[1:-1]).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if "\0" in value or "\ufffd" in value:
        at = _at(token)
        raise RuleError("the text holds a character that no text can hold", at.line, at.column)
    return value


@v_args(inline=True)
class _Tree(Transformer[Token, tree.Node]):
    """One method per alternative of the grammar."""

    def logical(self, first: tree.Node, *rest: Any) -> tree.Node:
        operator = rest[0]
        return tree.Logical(_at(operator), operator.lower(), (first, *rest[1::2]))

    def arithmetic(self, node: tree.Node, *rest: Any) -> tree.Node:
        for operator, right in zip(rest[::2], rest[1::2], strict=True):
            node = tree.Binary(_at(operator), operator.lower(), node, right)
        return node

    def binary(self, left: tree.Node, operator: Token, right: tree.Node) -> tree.Node:
        return tree.Binary(_at(operator), operator.lower(), left, right)

    def negate(self, sign: Token, operand: tree.Node) -> tree.Node:
        return tree.Unary(_at(sign), "not", operand)

    def minus(self, sign: Token, operand: tree.Node) -> tree.Node:
        if isinstance(operand, tree.Literal) and isinstance(operand.value, int | float):
            return tree.Literal(_at(sign), -operand.value)
        return tree.Unary(_at(sign), "-", operand)

    def number(self, token: Token) -> tree.Node:
        return tree.Literal(_at(token), _number(token))

    def string(self, token: Token) -> tree.Node:
        return tree.Literal(_at(token), _text(token))

    def name(self, *tokens: Token) -> tree.Node:
        word = str(tokens[-1])
        if len(tokens) == 1 and word.lower() in ("true", "false"):
            return tree.Literal(_at(tokens[0]), word.lower() == "true")
        return tree.Name(_at(tokens[0]), word, len(tokens[0]) if len(tokens) == 2 else 0)

    def attribute(self, target: tree.Node, name: Token) -> tree.Node:
        return tree.Attribute(_at(name), target, str(name))

    def filter(self, target: tree.Node, predicate: tree.Node) -> tree.Node:
        return tree.Filter(predicate.at, target, predicate)

    def call(self, name: Token, arguments: tuple[tree.Node, ...] | None) -> tree.Node:
        return tree.Call(_at(name), str(name), arguments or ())

    def method(self, target: tree.Node, name: Token, arguments: tuple[tree.Node, ...] | None) -> tree.Node:
        return tree.Method(_at(name), target, str(name), arguments or ())

    def arguments(self, *items: tree.Node) -> tuple[tree.Node, ...]:
        return items

    def array(self, bracket: Token, items: tuple[tree.Node, ...] | None) -> tree.Node:
        return tree.ArrayLiteral(_at(bracket), items or ())

    def relative(self, amount: Token, unit: Token, direction: Token, anchor: tree.Node) -> tree.Node:
        return tree.Relative(_at(amount), _amount(amount), _unit(unit), _direction(direction), anchor)

    def period(self, word: Token, unit: Token) -> tree.Node:
        return tree.Period(_at(word), PERIODS[word.lower()], _unit(unit))

    def distance(self, *parts: Any) -> tree.Node:
        operator, amount, unit, direction, anchor = parts
        return tree.Distance(_at(operator), str(operator), _amount(amount), _unit(unit), _direction(direction), anchor)

    def side(self, direction: Token, anchor: tree.Node) -> tree.Node:
        return tree.Side(_at(direction), _direction(direction), anchor)

    def on(self, _on: Token | None, anchor: tree.Node) -> tree.Node:
        return tree.On(anchor.at, anchor)

    def between(self, word: Token, low: tree.Node, _and: Token, high: tree.Node) -> tree.Node:
        return tree.Between(_at(word), low, high)

    def occurs(self, subject: tree.Node, word: Token, when: Any) -> tree.Node:
        return tree.Occurs(_at(word), subject, when)

    def declaration(self, name: Token, _from: Token, source: tree.Node, *where: Any) -> tree.Declaration:
        return tree.Declaration(_at(name), str(name), source, where[-1])

    def declarations(self, *items: tree.Declaration) -> tuple[tree.Declaration, ...]:
        return items

    def quantified(self, kind: Token, declarations: tuple[tree.Declaration, ...]) -> tree.Node:
        return tree.Quantified(_at(kind), kind.lower(), declarations)

    def aggregate(
        self, function: Token, value: tree.Node, _over: Token, declarations: tuple[tree.Declaration, ...]
    ) -> tree.Node:
        return tree.PrefixAggregate(_at(function), function.lower(), value, declarations)

    def function(self, head: Token, body: tree.Node) -> tree.Node:
        names = re.findall(r"\w+", head.removesuffix("=>"))
        return tree.Lambda(_at(head), tuple(names), body)

    def let(self, word: Token, name: Token, value: tree.Node, _in: Token, body: tree.Node) -> tree.Node:
        return tree.Let(_at(word), str(name), value, body)

    def object(self, bracket: Token, pairs: tuple[tree.Entry, ...] | None) -> tree.Node:
        return tree.ObjectLiteral(_at(bracket), pairs or ())

    def pairs(self, *parts: Any) -> tuple[tree.Entry, ...]:
        keys, values = parts[::2], parts[1::2]
        return tuple(tree.Entry(_at(key), _text(key), value) for key, value in zip(keys, values, strict=True))

    def chain(self, word: Token, rows: tree.Node, time: tree.Node, items: tuple[tree.ChainItem, ...]) -> tree.Node:
        return tree.Chain(_at(word), rows, time, items)

    def chain_items(self, *items: tree.ChainItem) -> tuple[tree.ChainItem, ...]:
        return items

    def chain_item(self, name: Token, *clauses: tuple[Token, Any]) -> tree.ChainItem:
        told: dict[str, Any] = {}
        for word, content in clauses:
            clause = word.lower()
            if clause in told:
                at = _at(word)
                raise RuleError(f"{name} has two {word.upper()}", at.line, at.column, "write each clause once an item")
            told[clause] = _amount(content) if clause == "count" else content
        return tree.ChainItem(_at(name), str(name), **told)

    def chain_clause(self, word: Token, content: Any) -> tuple[Token, Any]:
        return word, content
