"""Constants in compiled conditions: what can be told apart by value, without asking the database.

Whole numbers beyond 2^53 are left alone: two of them may be one number to a column of doubles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlglot import exp

EXACT = 2**53
TIMES = {exp.DType.DATE: "date", exp.DType.TIMESTAMPNTZ: "timestamp", exp.DType.TIMESTAMP: "timestamp"}


@dataclass(frozen=True)
class Constant:
    """Constants of one `kind` (integer, decimal, text, date, timestamp) are ordered by `value` as in SQL."""

    kind: str
    value: int | float | str | datetime
    sql: exp.Expr = field(compare=False)

    @property
    def rank(self) -> Any:
        """What constants of one kind are sorted by."""
        return self.value


def constant(expression: exp.Expr | None) -> Constant | None:
    """The constant that an expression is, or None."""
    match expression:
        case exp.Literal():
            return _text(expression) if expression.is_string else _number(expression, expression.name, 1)
        case exp.Neg(this=exp.Literal() as literal) if not literal.is_string:
            return _number(expression, literal.name, -1)
        case exp.Cast(this=exp.Literal() as literal) if literal.is_string:
            return _time(expression, literal.name)
    return None


def _text(literal: exp.Literal) -> Constant:
    return Constant("text", literal.name, literal)


def _number(expression: exp.Expr, digits: str, sign: int) -> Constant | None:
    if digits.isdecimal():
        whole = int(digits)
        return Constant("integer", sign * whole, expression) if whole <= EXACT else None
    try:
        value = float(digits)
    except ValueError:
        return None
    return Constant("decimal", sign * value, expression) if math.isfinite(value) else None


def _time(cast: exp.Cast, text: str) -> Constant | None:
    kind = TIMES.get(cast.to.this)
    try:
        return Constant(kind, datetime.fromisoformat(text), cast) if kind else None
    except ValueError:
        return None
