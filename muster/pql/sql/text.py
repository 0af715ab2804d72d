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


def literal(value: str | int | float | bool, kind: typed.Type) -> exp.Expr:
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if not isinstance(value, str):
        number = exp.Literal.number(repr(abs(value)))
        return exp.Neg(this=number) if value < 0 else number
    if kind in ("date", "timestamp"):
        return exp.cast(exp.Literal.string(value), "date" if kind == "date" else "timestampntz")
    return exp.Literal.string(value)


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
