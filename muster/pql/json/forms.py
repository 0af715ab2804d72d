"""Which function names stand for which form of the text.

`and`, `=`, `in`, `isNull`, `equals`, `modelInstances` and their like are Adobe's. Where several spellings of the text
are one function, `form` (ours; other readers may overlook it) says which it was, unless it is the usual one.
"""

from __future__ import annotations

from muster.pql.words import INSTANTS

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
BINARY = (*COMPARISONS, "in", "notIn", "like", "+", "-", "*", "/", "%")
DIRECTIONS = ("before", "after")
PERIODS = {"this": 0, "last": -1, "next": 1}
UNITS = (
    "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade", "century",
    "millennium",
)  # fmt: skip

#: Names that stand for a sign or a word of the text rather than for a function.
SYNTAX = frozenset(
    {*BINARY, *DIRECTIONS, *PERIODS, *INSTANTS, "and", "or", "not", "occurs", "between", "let", "object", "chain"}
)
#: Functions that are written `name(…)`; all others with parameters are written `first.name(…)`.
CALLS = frozenset({"if", "date", "inSegment", "mapEntry", "modelInstances"})
#: Functions whose first argument is asked of each item.
PER_ITEM = frozenset({"filter", "map", "groupBy", "sum", "average", "min", "max", "topN", "bottomN", "exists"})
AGGREGATES = ("sum", "count", "min", "max", "average")
#: The quantifiers of the text that are another one's spelling.
QUANTIFIERS = {"exists": "some", "forall": "all"}

# Values of `form`
BRACKETS, CALL, CONTEXT, EXPLICIT, METHOD, OVER, QUOTED = (
    "brackets", "call", "context", "explicit", "method", "over", "quoted",
)  # fmt: skip


def usual_form(name: str, params: int) -> str | None:
    """How a function with so many parameters is written where nothing is said: call, method, or a form of its own."""
    if name in SYNTAX:
        return None
    return CALL if name in CALLS or not params else METHOD
