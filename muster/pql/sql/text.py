"""Literals and conditions on text. Every text of a rule becomes a literal that the dialect escapes."""

from __future__ import annotations

from sqlglot import exp

from muster.pql import typed

TESTS: dict[str, type[exp.Expr]] = {
    "contains": exp.Contains,
    "startsWith": exp.StartsWith,
    "endsWith": exp.EndsWith,
    "equals": exp.EQ,
}
KINDS = {"number": "double", "boolean": "boolean", "date": "date", "timestamp": "timestampntz"}


def literal(value: str | int | float | bool, kind: typed.Type) -> exp.Expr:
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if not isinstance(value, str):
        number = exp.Literal.number(repr(abs(value)))
        return exp.Neg(this=number) if value < 0 else number
    if kind in ("date", "timestamp"):
        return exp.cast(exp.Literal.string(value), "date" if kind == "date" else "timestampntz")
    return exp.Literal.string(value)


def read(text: exp.Expr, kind: typed.Type) -> exp.Expr:
    """Null where the text is none of that kind, in every engine."""
    return exp.TryCast(this=text, to=exp.DataType.build(KINDS[kind]))


def as_type(value: exp.Expr, kind: typed.Type, wanted: typed.Type) -> exp.Expr:
    """A day as the moment at which it begins, where a timestamp is wanted; anything else as it is."""
    return exp.cast(value, KINDS[wanted]) if (kind, wanted) == ("date", "timestamp") else value


def string_test(test: typed.StringTest, subject: exp.Expr, argument: exp.Expr) -> exp.Expr:
    if not test.match_case:
        subject, argument = exp.Lower(this=subject), exp.Lower(this=argument)
    found = TESTS[test.kind](this=subject, expression=argument)
    return exp.not_(found, copy=False) if test.negated else found


def like(subject: exp.Expr, pattern: str) -> exp.Expr:
    """Engines differ in their default escape sign, so it is named where the pattern has one."""
    found = exp.Like(this=subject, expression=exp.Literal.string(pattern))
    return exp.Escape(this=found, expression=exp.Literal.string("\\")) if "\\" in pattern else found


def matches(subject: exp.Expr, pattern: str) -> exp.Expr:
    """The whole text has to match, as in Java's `String.matches`."""
    return exp.RegexpLike(this=subject, expression=exp.Literal.string(rf"\A(?:{pattern})\z"))


def regex_group(subject: exp.Expr, pattern: str, group: int) -> exp.Expr:
    """Engines give an empty text where nothing is found."""
    found = exp.RegexpLike(this=subject.copy(), expression=exp.Literal.string(pattern))
    caught = exp.RegexpExtract(this=subject, expression=exp.Literal.string(pattern), group=exp.Literal.number(group))
    return exp.case().when(found, caught, copy=False)
