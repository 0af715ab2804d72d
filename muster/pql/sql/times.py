"""What times mean at one instant, and comparisons with them.

A time is a `Span`: a moment, or a period from its start up to, not including, its end. Before a period is before
it starts, after it is after it ends, and on it anywhere within. Weeks start on Monday. Times that follow from
`now` alone are worked out here; times that come from a column become SQL.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlglot import exp

from muster.pql import typed

Instant = datetime | exp.Expr

MONTHS = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200, "millennium": 12000}
LENGTHS = {
    "millisecond": timedelta(milliseconds=1),
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
}
#: Units that not every engine truncates to, in years; they start in years that they divide.
ERAS = {"decade": 10, "century": 100, "millennium": 1000}
OPERATORS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
FROM_NOW = typed.Constant | typed.Now | typed.Day | typed.Period | typed.Shifted


@dataclass(frozen=True)
class Span:
    """A period, or a moment where `end` is None."""

    start: Instant
    end: Instant | None = None


def floor(moment: datetime, unit: str) -> datetime:
    """The start of the calendar unit that holds `moment`; centuries start in years that end in 00."""
    if unit == "millisecond":
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit in ("second", "minute", "hour"):
        length = LENGTHS[unit]
        return midnight + (moment - midnight) // length * length
    if unit == "day":
        return midnight
    if unit == "week":
        return shift(midnight, -midnight.weekday(), "day")
    if unit in ("month", "quarter"):
        size = MONTHS[unit]
        return midnight.replace(month=(midnight.month - 1) // size * size + 1, day=1)
    years = MONTHS[unit] // 12
    return midnight.replace(year=max(1, midnight.year // years * years), month=1, day=1)


def shift(moment: datetime, amount: int, unit: str) -> datetime:
    """`amount` units later; the day is cut to the month's length, and the calendar to the years 1 to 9999."""
    limit = datetime.max.replace(microsecond=0) if amount > 0 else datetime.min
    try:
        if unit in LENGTHS:
            return moment + amount * LENGTHS[unit]
        months = moment.year * 12 + moment.month - 1 + amount * MONTHS[unit]
        year, month = months // 12, months % 12 + 1
        return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))
    except (OverflowError, ValueError):
        return limit


class Times:
    """Times seen from `now` (UTC, without a zone); `value` renders values that come from columns."""

    def __init__(self, now: datetime, value: Callable[[typed.Value], exp.Expr]) -> None:
        self._now, self._value = now, value

    def span(self, time: typed.Value) -> Span:
        match time:
            case typed.Now():
                return Span(self._now)
            case typed.Day(offset):
                return self._day(shift(floor(self._now, "day"), offset, "day"))
            case typed.Constant(text, "date"):
                return self._day(datetime.combine(date.fromisoformat(str(text)), datetime.min.time()))
            case typed.Constant(text):
                return Span(datetime.fromisoformat(str(text)))
            case typed.Period(offset, unit):
                start = shift(floor(self._now, unit), offset, unit)
                return Span(start, shift(start, 1, unit))
            case typed.Shifted(amount, unit, direction, anchor):
                return self._shifted(self.span(anchor), amount, unit, direction)
        value = self._value(time)
        return self._day(exp.cast(value, "timestampntz")) if time.type == "date" else Span(value)

    def instant(self, time: typed.Value) -> exp.Expr:
        """The start of a time, as a value."""
        return rendered(self.span(time).start, time.type == "date")

    def part(self, part: str) -> int:
        """`month`, `year` or `day` of now."""
        return int(getattr(self._now, part))

    def compare(self, condition: typed.CompareTime) -> exp.Expr:
        left, right = condition.left, condition.right
        if left.type == right.type and not isinstance(right, FROM_NOW):
            return OPERATORS[condition.operator](this=self._value(left), expression=self._value(right))
        return self._side(left).compare(condition.operator, self.span(right))

    def within(self, condition: typed.Within) -> exp.Expr:
        side = self._side(condition.subject)
        low, high = self.span(condition.low), self.span(condition.high)
        return exp.and_(side.compare(">=", low), side.compare("<=", high))

    def distance(self, condition: typed.Distance) -> exp.Expr:
        """`<`, `<=`, `>`, `>=` count from the anchor and stay on its side; `=` and `!=` mean the whole unit."""
        side = self._side(condition.subject)
        anchor = self.span(condition.anchor)
        amount, unit, operator = condition.amount, condition.unit, condition.operator
        far = self._shifted(anchor, amount, unit, condition.direction)
        if operator in ("=", "!=") and unit in ERAS and not isinstance(far.start, datetime):
            return OPERATORS[operator](this=side.era(ERAS[unit]), expression=era(far.start, ERAS[unit]))
        if operator in ("=", "!="):
            start = self._floor(far.start, unit)
            return side.compare(operator, Span(start, self._shift(start, 1, unit)))
        if condition.direction == "before":
            beyond = side.compare(MIRRORED[operator], far)
            near = "<=" if anchor.end is None else "<"
        else:
            beyond = side.compare(operator, far)
            near = ">=" if anchor.end is None else ">"
        return beyond if operator in (">", ">=") else exp.and_(beyond, side.compare(near, anchor))

    def _side(self, subject: typed.Value) -> _Side:
        is_date = subject.type == "date"
        if isinstance(subject, FROM_NOW):
            return _Side(self.instant(subject), is_date)
        return _Side(self._value(subject), is_date)

    def _day(self, start: Instant) -> Span:
        return Span(start, self._shift(start, 1, "day"))

    def _shifted(self, anchor: Span, amount: int, unit: str, direction: str) -> Span:
        """From a period, days and longer units lead to a day, shorter ones to a moment counted from its edge."""
        by = -amount if direction == "before" else amount
        if anchor.end is None:
            return Span(self._shift(anchor.start, by, unit))
        edge = anchor.start if direction == "before" else anchor.end
        if unit in ("millisecond", "second", "minute", "hour"):
            return Span(self._shift(edge, by, unit))
        first = edge if direction == "before" else self._shift(edge, -1, "day")
        return self._day(self._shift(first, by, unit))

    def _shift(self, instant: Instant, amount: int, unit: str) -> Instant:
        if isinstance(instant, datetime):
            return shift(instant, amount, unit)
        if unit in MONTHS:
            amount, unit = amount * MONTHS[unit], "month"
        interval = exp.Interval(this=exp.Literal.string(str(abs(amount))), unit=exp.var(unit.upper()))
        kind = exp.Sub if amount < 0 else exp.Add
        return exp.paren(kind(this=instant.copy(), expression=interval))

    def _floor(self, instant: Instant, unit: str) -> Instant:
        if isinstance(instant, datetime):
            return floor(instant, unit)
        return exp.TimestampTrunc(this=instant.copy(), unit=exp.var(unit.upper()))


class _Side:
    """The left side of a comparison with a span; a date is compared by days, a timestamp by moments."""

    def __init__(self, subject: exp.Expr, is_date: bool) -> None:
        self._subject, self._is_date = subject, is_date

    def compare(self, operator: str, span: Span) -> exp.Expr:
        if span.end is None:
            return self._with(operator, span.start)
        match operator:
            case "<" | ">=":
                return self._with(operator, span.start)
            case "<=":
                return self._with("<", span.end)
            case ">":
                return self._with(">=", span.end)
            case "=":
                return exp.and_(self.compare(">=", span), self.compare("<=", span))
        return exp.or_(self.compare("<", span), self.compare(">", span))

    def era(self, years: int) -> exp.Expr:
        return era(self._subject, years)

    def _with(self, operator: str, instant: Instant) -> exp.Expr:
        return OPERATORS[operator](this=self._subject.copy(), expression=rendered(instant, self._is_date))


def era(moment: exp.Expr, years: int) -> exp.Expr:
    """The first year of the decade, century or millennium of a moment."""
    year = exp.Year(this=moment.copy())
    return exp.Sub(this=year, expression=exp.paren(exp.Mod(this=year.copy(), expression=exp.Literal.number(years))))


def rendered(instant: Instant, as_date: bool) -> exp.Expr:
    if not isinstance(instant, datetime):
        return exp.cast(instant.copy(), "date") if as_date else instant.copy()
    text = instant.date().isoformat() if as_date else instant.isoformat(sep=" ")
    return exp.cast(exp.Literal.string(text), "date" if as_date else "timestampntz")
