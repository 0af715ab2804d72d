"""Trees of every form, as hypothesis makes them, and trees without positions."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import strategies as st

from muster.pql import tree
from muster.pql.json.forms import UNITS

HERE = tree.Position(1, 1)
WORDS = [
    "and", "or", "not", "like", "in", "notIn", "notin", "occurs", "on", "between", "from", "where", "over", "what",
    "when", "count", "chain", "let", "this", "last", "next", "before", "after", "true", "false", "now", "today",
    "exists", "forall", "select", "some", "all", "none", "one", "sum", "min", "max", "average", "day", "days", "if",
    "date", "null", "AND",
]  # fmt: skip


def without_positions(value: Any) -> Any:
    """A tree as plain data: its forms, and the types and values in them, but not where they stand."""
    if isinstance(value, tree.Node):
        parts = {name: without_positions(part) for name, part in vars(value).items() if name != "at"}
        return type(value).__name__, parts
    if isinstance(value, tuple):
        return [without_positions(item) for item in value]
    return type(value).__name__, value


letters = st.text(string.ascii_letters + "_", min_size=1, max_size=6)
variables = st.one_of(letters, st.sampled_from(["X", "A1", "from", "today", "true", "not", "sum", "some"]))
fields = st.one_of(
    letters,
    st.sampled_from(WORDS),
    st.sampled_from(["xdm:tags", "@id", "xdm:@id", "next-step", "été", "repo:createDate", "名", "a?b", "1st"]),
)
texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
    st.sampled_from(['"', "'", "\\", '\\"', "a\nb", "\u2028", "%_\\%", "'; drop table person; --", "x" * 130]),
)
numbers = st.one_of(
    st.integers(-(10**38) + 1, 10**38 - 1), st.integers(-3, 3), st.floats(allow_nan=False, allow_infinity=False)
)
units = st.sampled_from(UNITS)
amounts = st.integers(0, 400)
directions = st.sampled_from(["before", "after"])
quantifiers = st.sampled_from(["exists", "forall", "select", "some", "all", "none", "one"])
comparisons = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])


def _name(name: str, levels: int, quoted: bool) -> tree.Name:
    return tree.Name(HERE, name, levels, quoted and not levels and name in ("now", "today"))


names = st.one_of(
    st.builds(_name, fields, st.integers(0, 2), st.booleans()),
    st.builds(_name, variables, st.just(0), st.booleans()),
    st.sampled_from([tree.Name(HERE, name, levels) for name in ("$1", "$2", "@{a.b;version=1}") for levels in (0, 1)]),
)
literals = st.builds(tree.Literal, st.just(HERE), st.one_of(texts, numbers, st.booleans()))
periods = st.builds(tree.Period, st.just(HERE), st.sampled_from([0, -1, 1]), units)


def _of(form: type, *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(form, st.just(HERE), *parts)


def _several(items: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, min_size=least, max_size=3).map(tuple)


def _unary(operator: str, operand: tree.Node) -> tree.Node:
    return tree.negative(HERE, operand) if operator == "-" else tree.Unary(HERE, operator, operand)


def _grown(nodes: st.SearchStrategy[tree.Node]) -> st.SearchStrategy[tree.Node]:
    maybe = st.none() | nodes
    whens = st.one_of(
        _of(tree.Distance, comparisons, amounts, units, directions, nodes),
        _of(tree.Side, directions, nodes),
        _of(tree.On, nodes),
        _of(tree.Between, nodes, nodes),
    )
    declarations = _several(_of(tree.Declaration, variables, nodes, maybe), 1)
    items = st.builds(
        tree.ChainItem, st.just(HERE), variables, maybe, st.none() | whens, st.none() | amounts, maybe
    ).filter(lambda item: any(part is not None for part in (item.what, item.when, item.count, item.where)))
    functions = st.one_of(fields, st.sampled_from(["sum", "filter", "map", "topN", "inSegment", "equals", "if"]))
    return st.one_of(
        _of(tree.ArrayLiteral, _several(nodes)),
        _of(tree.Attribute, nodes, fields),
        _of(tree.Filter, nodes, nodes),
        _of(tree.Call, functions, _several(nodes)),
        _of(tree.Method, nodes, functions, _several(nodes)),
        st.builds(_unary, st.sampled_from(["not", "-"]), nodes),
        _of(tree.Logical, st.sampled_from(["and", "or"]), _several(nodes, 2).filter(lambda found: len(found) > 1)),
        _of(tree.Binary, comparisons | st.sampled_from(["+", "-", "*", "/", "%", "like", "in", "notin"]), nodes, nodes),
        _of(tree.Relative, amounts, units, directions, nodes),
        _of(tree.Occurs, nodes, whens),
        _of(
            tree.Quantified, st.sampled_from(["exists", "forall", "select", "some", "all", "none", "one"]), declarations
        ),
        _of(tree.PrefixAggregate, st.sampled_from(["sum", "count", "min", "max", "average"]), nodes, declarations),
        _of(tree.Lambda, _several(variables, 1), nodes),
        _of(tree.Let, variables, nodes, nodes),
        _of(tree.ObjectLiteral, _several(_of(tree.Entry, texts, nodes))),
        _of(tree.Chain, nodes, nodes, _several(items, 1)),
    )


@st.composite
def nodes_of(draw: st.DrawFn, depth: int) -> tree.Node:
    """A tree of at most so many levels."""
    leaves = st.one_of(literals, names, periods)
    return draw(_grown(nodes_of(depth - 1)) if depth and draw(st.booleans()) else leaves)


#: Trees that a text can say.
trees = nodes_of(4)
