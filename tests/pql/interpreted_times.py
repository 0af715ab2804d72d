"""Times in plain Python: spans, what is before and after them, and steps of calendar units."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
MIDNIGHT = datetime.min.time()
MONTHS = {"month": 1, "quarter": 3, "year": 12, "decade": 120}


@dataclass(frozen=True)
class Span:
    """A day, a period up to its end, or a moment that has no end."""

    start: datetime
    end: datetime | None = None


def before_or_after(sign: str, moment: datetime | date, span: Span) -> bool:
    """A moment against a span; a date is compared by days."""
    if isinstance(moment, datetime):
        start, end = span.start, span.end
    else:
        start = datetime.combine(span.start.date(), MIDNIGHT)
        end = None if span.end is None else datetime.combine(span.end.date(), MIDNIGHT)
        moment = datetime.combine(moment, MIDNIGHT)
    if end is None:
        return COMPARISONS[sign](moment, start)
    on = start <= moment < end
    match sign:
        case "<":
            return moment < start
        case "<=":
            return moment < end
        case ">":
            return moment >= end
        case ">=":
            return moment >= start
    return on if sign == "=" else not on


def moved(span: Span, amount: int, unit: str, direction: str) -> Span:
    by = -amount if direction == "before" else amount
    if span.end is None:
        return Span(shift(span.start, by, unit))
    if unit in ("second", "minute", "hour"):
        return Span(shift(span.start if direction == "before" else span.end, by, unit))
    day = shift(span.start if direction == "before" else shift(span.end, -1, "day"), by, unit)
    return Span(day, shift(day, 1, "day"))


def shift(moment: datetime, amount: int, unit: str) -> datetime:
    lengths = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
    if unit in lengths:
        return moment + amount * lengths[unit]
    months = moment.year * 12 + moment.month - 1 + amount * MONTHS[unit]
    for day in range(moment.day, 0, -1):
        try:
            return moment.replace(year=months // 12, month=months % 12 + 1, day=day)
        except ValueError:
            continue
    raise AssertionError


def floor(moment: datetime, unit: str) -> datetime:
    if unit == "hour":
        return moment.replace(minute=0, second=0, microsecond=0)
    day = datetime.combine(moment.date(), MIDNIGHT)
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit in MONTHS:
        months = (day.year * 12 + day.month - 1) // MONTHS[unit] * MONTHS[unit]
        return day.replace(year=months // 12, month=months % 12 + 1, day=1)
    return day
