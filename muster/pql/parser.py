"""Text to syntax tree, by the grammar in `grammar.lark`.

A text that is not PQL gives one `RuleError` at the first place where reading has to stop.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn, cast

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken, VisitError

from muster.errors import RuleError
from muster.pql import tree, words

#: Longer texts are refused before they are read.
MAX_LENGTH = 1_000_000
#: As many digits as the widest whole number of a warehouse has (DuckDB hugeint, Spark decimal(38)).
MAX_DIGITS = 38

ESCAPES = {'"': '"', "'": "'", "\\": "\\", "/": "/", "n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
PERIODS = {"this": 0, "last": -1, "next": 1}
PLURALS = {"centuries": "century", "millennia": "millennium"}


def parse(text: str) -> tree.Node:
    """The syntax tree of a rule.

    Raises `RuleError` with the place where the text stops being PQL.
    """
    if not text.strip():
        raise RuleError("the rule is empty", 1, 1, 'write a condition, such as workAddress.country = "US"')
    if len(text) > MAX_LENGTH:
        raise RuleError(f"the rule has {len(text):,} characters", 1, 1, f"at most {MAX_LENGTH:,} are read")
    try:
        root = cast(tree.Node, _lark().parse(text))
    except UnexpectedInput as error:
        _explain(text, error)
    except VisitError as error:
        raise error.orig_exc from None
    if deep := tree.too_deep(root):
        raise RuleError(
            "the rule is nested too deeply", deep.at.line, deep.at.column, "split it into several audiences"
        )
    return root


@lru_cache(maxsize=1)
def _lark() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", maybe_placeholders=True, transformer=_Tree())


def _place(text: str, index: int) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1


def _explain(text: str, error: UnexpectedInput) -> NoReturn:
    start = error.pos_in_stream or 0
    place = (error.line, error.column)
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        token = str(error.token)
        mend = _slip(text, start) or _expected(error.accepts or error.expected, token)
        raise RuleError(f"unexpected {words.shown(token)}", *place, mend) from None
    if isinstance(error, UnexpectedCharacters):
        character = text[start]
        if character in "\"'":
            raise RuleError("the text in quotes has no end", *place, f"close it with {character}") from None
        if character == "`":
            raise RuleError("the name in backticks has no end", *place, "close it with `") from None
        mend = _slip(text, start) or _expected(error.allowed or ())
        raise RuleError(f"unexpected {character!r}", *place, mend) from None
    wanted = error.expected if isinstance(error, UnexpectedEOF) else getattr(error, "accepts", None)
    raise RuleError("the rule stops too early", *_place(text, len(text.rstrip())), _expected(wanted or ())) from None


def _slip(text: str, index: int) -> str:
    """What to write instead of a sign of another language."""
    return words.SLIPS.get(text[max(index - 1, 0) : index + 1]) or words.SLIPS.get(text[index], "")


def _expected(terminals: Iterable[str], instead: str = "") -> str:
    """What could stand at a place: the word that comes nearest to what stands there, or all."""
    possible = {name: word for name, word in words.TERMINALS.items() if name in set(terminals)}
    if near := get_close_matches(instead.lower(), [word.lower() for word in possible.values()], n=1, cutoff=0.6):
        return f"did you mean {near[0]}?"
    if "NAME" in possible and "STRING" in possible:
        return "expected a value or a condition"
    told = [word for name, word in possible.items() if not ("COMPARE" in possible and name in ("LPAR", "LSQB"))]
    return f"expected {' / '.join(told)}" if told else ""


def _at(token: Token) -> tree.Position:
    return tree.Position(token.line or 1, token.column or 1)


def _unit(token: Token) -> str:
    word = token.lower()
    return PLURALS.get(word, word.removesuffix("s"))


def _direction(token: Token) -> str:
    return "after" if token.lower() == "from" else token.lower()


def _mistake(token: Token, what: str, mend: str = "") -> RuleError:
    at = _at(token)
    return RuleError(what, at.line, at.column, mend)


def _amount(token: Token) -> int:
    if not token.isdigit():
        raise _mistake(token, f"{words.cut(token)} is not a whole number", "count in whole numbers")
    return cast(int, _number(token))


def _number(token: Token) -> int | float:
    digits = token.lstrip("0")
    if token.isdigit() and len(digits) <= MAX_DIGITS:
        return int(token)
    value = math.inf if token.isdigit() else float(token)
    if math.isinf(value):
        raise _mistake(token, f"the number {words.cut(token)} is too large", f"write at most {MAX_DIGITS} digits")
    return value


def _name(token: Token) -> str:
    """The name of a field or a function: what is between backticks, if there are any."""
    name = token[1:-1] if token.startswith("`") else str(token)
    if not words.is_name(name):
        raise _mistake(token, f"{words.shown(name)} cannot be a name here", words.NO_NAME)
    return name


def _variable(token: Token) -> str:
    """The name of something declared here, which may be any word but no path."""
    if not words.VARIABLE.fullmatch(token):
        raise _mistake(token, f"{words.shown(token)} cannot be declared", "write a name of letters, digits and _")
    return str(token)


def _text(token: Token) -> str:
    """The text between the quotes, escapes resolved."""

    def resolve(match: re.Match[str]) -> str:
        code = match.group(1)
        if code.startswith("u") and len(code) == 5:
            return chr(int(code[1:], 16))
        if code not in ESCAPES:
            raise _mistake(token, f"\\{code} means nothing in a text", "write \\\\ for a backslash")
        return ESCAPES[code]

    try:
        value = words.joined(ESCAPE.sub(resolve, token[1:-1]))
    except ValueError as error:
        raise _mistake(token, f"the text {error}", "leave the character out") from None
    return value


def _named(token: Token) -> tuple[str, bool]:
    """A bare name, which may be that of a parameter, and whether backticks keep it from being a time."""
    if token.startswith("$"):
        position = token[1:].lstrip("0")
        if not position:
            raise _mistake(token, "there is no parameter 0", "parameters are counted from 1: write $1")
        return f"${position}", False
    if token.startswith("@{"):
        return str(token), False
    name = _name(token)
    return name, token.startswith("`") and name in words.INSTANTS


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
        return tree.negative(_at(sign), operand)

    def number(self, token: Token) -> tree.Node:
        return tree.Literal(_at(token), _number(token))

    def string(self, token: Token) -> tree.Node:
        return tree.Literal(_at(token), _text(token))

    def name(self, token: Token) -> tree.Node:
        if token.lower() in ("true", "false"):
            return tree.Literal(_at(token), token.lower() == "true")
        name, quoted = _named(token)
        return tree.Name(_at(token), name, quoted=quoted)

    def outer(self, levels: Token, token: Token) -> tree.Node:
        return tree.Name(_at(levels), _named(token)[0], len(levels))

    def attribute(self, target: tree.Node, name: Token) -> tree.Node:
        return tree.Attribute(_at(name), target, _name(name))

    def filter(self, target: tree.Node, predicate: tree.Node) -> tree.Node:
        return tree.Filter(predicate.at, target, predicate)

    def call(self, name: Token, arguments: tuple[tree.Node, ...] | None) -> tree.Node:
        return tree.Call(_at(name), _name(name), arguments or ())

    def method(self, target: tree.Node, name: Token, arguments: tuple[tree.Node, ...] | None) -> tree.Node:
        return tree.Method(_at(name), target, _name(name), arguments or ())

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
        return tree.Declaration(_at(name), _variable(name), source, where[-1])

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
        return tree.Let(_at(word), _variable(name), value, body)

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
        return tree.ChainItem(_at(name), _variable(name), **told)

    def chain_clause(self, word: Token, content: Any) -> tuple[Token, Any]:
        return word, content
