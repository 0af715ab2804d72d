"""Text to syntax tree, by the grammar in `grammar.lark`; what is no SOQL is a MALFORMED_QUERY with its place."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from muster.twins.salesforce.soql import tree
from muster.twins.salesforce.soql.errors import QueryError

_WORD = re.compile(r"\w+|.", re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
#: In a pattern of LIKE these stay escaped.
_WILD = {"%": r"\%", "_": r"\_"}
PERIOD = re.compile(
    r"(yesterday|today|tomorrow|last_90_days|next_90_days|(last|this|next)_(week|month|quarter|year)"
    r"|(last|next)_n_(days|weeks|months|quarters|years):\d+|n_(days|weeks|months|quarters|years)_ago:\d+)",
    re.IGNORECASE,
)


def parse(text: str) -> tree.Query:
    """The tree of a query. Raises QueryError at the first place where it stops being SOQL."""
    try:
        return cast(tree.Query, _lark().parse(text))
    except UnexpectedInput as error:
        at, word = _place(text, error)
        raise QueryError("MALFORMED_QUERY", f"unexpected token: '{word}'", text, at) from None
    except _Wrong as error:
        raise QueryError("MALFORMED_QUERY", error.what, text, error.at) from None


class _Wrong(Exception):
    def __init__(self, what: str, at: int) -> None:
        super().__init__(what)
        self.what, self.at = what, at


@lru_cache(maxsize=1)
def _lark() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", maybe_placeholders=True, transformer=_Tree())


def _place(text: str, error: UnexpectedInput) -> tuple[int, str]:
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        return cast(int, error.token.start_pos), str(error.token)
    if isinstance(error, UnexpectedCharacters):
        at = cast(int, error.pos_in_stream)
        word = _WORD.match(text, at)
        return at, word[0] if word else "<EOF>"
    return len(text.rstrip()), "<EOF>"


def _at(token: Token) -> int:
    return cast(int, token.start_pos)


def _path(token: Token) -> tree.Path:
    return tree.Path(tuple(token.split(".")), _at(token))


@v_args(inline=True)
class _Tree(Transformer[Token, Any]):
    """One method an alternative of the grammar."""

    def start(self, query: tree.Query) -> tree.Query:
        return query

    def query(self, _select: Token, items: Any, _from: Token, name: Token, alias: Token | None, *rest: Any) -> Any:
        where, group, orders, limit, offset, *tail = rest
        groups, having = group or ((), None)
        query = tree.Query(
            items, str(name), _at(name), where, groups, having, orders or (), limit,
            offset.value if offset else 0, offset.at if offset else 0, "all rows" in tail,
        )  # fmt: skip
        return _without_alias(query, {str(alias).lower(), str(name).lower()} if alias else {str(name).lower()})

    def items(self, *items: Any) -> tuple[Any, ...]:
        return items

    def selected(self, name: Token, alias: Token | None) -> tree.Selected:
        return tree.Selected(_path(name), alias and str(alias))

    def call(self, name: Token, argument: Token | None, alias: Token | None) -> tree.Call:
        return tree.Call(name.lower(), _path(argument) if argument else None, _at(name), alias and str(alias))

    def child(self, query: tree.Query) -> tree.Query:
        return query

    def path(self, name: Token) -> tree.Path:
        return _path(name)

    def function(self, name: Token, argument: Token | None) -> tree.Call:
        return self.call(name, argument, None)

    def where(self, _where: Token, condition: tree.Condition) -> tree.Condition:
        return condition

    def having(self, _having: Token, condition: tree.Condition) -> tree.Condition:
        return condition

    def group(self, _group: Token, _by: Token, *parts: Any) -> tuple[tuple[tree.Path, ...], tree.Condition | None]:
        return tuple(_path(name) for name in parts[:-1]), parts[-1]

    def order(self, _order: Token, _by: Token, *orders: tree.Order) -> tuple[tree.Order, ...]:
        return orders

    def ordered(self, subject: Any, direction: Token | None, nulls: Token | None) -> tree.Order:
        last = nulls is not None and nulls.lower().endswith("last")
        return tree.Order(subject, direction is not None and direction.lower() == "desc", last)

    def limit(self, word: Token, number: Token) -> int:
        return self._whole(number)

    def offset(self, word: Token, number: Token) -> tree.Literal:
        return tree.Literal("number", self._whole(number), _at(number))

    def all_rows(self, _word: Token) -> str:
        return "all rows"

    def tail(self, _word: Token) -> str:
        return ""

    def logical(self, first: tree.Condition, *rest: Any) -> tree.Logical:
        return tree.Logical(rest[0].lower(), (first, *rest[1::2]))

    def negated(self, _not: Token, condition: tree.Condition) -> tree.Not:
        return tree.Not(condition)

    def compare(self, subject: Any, operator: Token, value: tree.Literal) -> tree.Compare:
        return tree.Compare(subject, "!=" if operator == "<>" else operator.lower(), value)

    def among(self, subject: Any, word: Token, values: Any) -> tree.Among:
        return tree.Among(subject, word.type == "NOT_IN", values)

    def includes(self, subject: Any, word: Token, values: Any) -> tree.Includes:
        return tree.Includes(subject, word.type == "EXCLUDES", values)

    def values(self, *values: tree.Literal) -> tuple[tree.Literal, ...]:
        return values

    def string(self, token: Token) -> tree.Literal:
        return tree.Literal("string", token[1:-1], _at(token))

    def number(self, token: Token) -> tree.Literal:
        return tree.Literal("number", float(token) if "." in token else int(token), _at(token))

    def datetime(self, token: Token) -> tree.Literal:
        return tree.Literal("datetime", str(token), _at(token))

    def date(self, token: Token) -> tree.Literal:
        return tree.Literal("date", str(token), _at(token))

    def boolean(self, token: Token) -> tree.Literal:
        return tree.Literal("boolean", token.lower() == "true", _at(token))

    def null(self, token: Token) -> tree.Literal:
        return tree.Literal("null", None, _at(token))

    def period(self, token: Token) -> tree.Literal:
        if not PERIOD.fullmatch(token):
            raise _Wrong(f"unexpected token: '{token}'", _at(token))
        return tree.Literal("period", token.lower(), _at(token))

    def _whole(self, token: Token) -> int:
        if not token.isdigit():
            raise _Wrong(f"unexpected token: '{token}'", _at(token))
        return int(token)


def _without_alias(query: tree.Query, aliases: set[str]) -> tree.Query:
    """The query with `a.Name` as `Name` where its object is called a."""

    def bare(node: Any) -> Any:
        if isinstance(node, tree.Path) and len(node.parts) > 1 and node.parts[0].lower() in aliases:
            return tree.Path(node.parts[1:], node.at)
        if isinstance(node, tuple):
            return tuple(bare(each) for each in node)
        if hasattr(node, "__dataclass_fields__") and not isinstance(node, tree.Query):
            return type(node)(**{name: bare(getattr(node, name)) for name in node.__dataclass_fields__})
        return node

    parts = {name: bare(getattr(query, name)) for name in query.__dataclass_fields__}
    return tree.Query(**parts)


def text_of(written: str, pattern: bool = False) -> str:
    """What a text between quotes says; in a `pattern`, `\\%` and `\\_` stay, for they stand for themselves."""

    def resolve(match: re.Match[str]) -> str:
        code = match[1]
        if code.startswith("u") and len(code) == 5:
            return chr(int(code[1:], 16))
        if code in _WILD:
            return _WILD[code] if pattern else code
        if code == "\\" and pattern:
            return "\\\\"
        return _ESCAPES.get(code, code)

    return _ESCAPE.sub(resolve, written)
