"""Dates that a query names by their distance from today: TODAY, LAST_WEEK, LAST_N_DAYS:3 and the like.

Weeks begin on Sunday, as in the vendor's default locale. LAST_N_DAYS takes today in; the other `LAST_N_…` do not.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

_PLAIN = {"yesterday": (-1, 0), "today": (0, 1), "tomorrow": (1, 2)}
_ONE = re.compile(r"(last|this|next)_(week|month|quarter|year)")
_SEVERAL = re.compile(r"(last|next)_n_(day|week|month|quarter|year)s:(\d+)")
_AGO = re.compile(r"n_(day|week|month|quarter|year)s_ago:(\d+)")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def period(word: str, today: date) -> tuple[date, date]:
    """First day of a period, and the day after its last."""
    if word in _PLAIN:
        first, after = _PLAIN[word]
        return today + timedelta(first), today + timedelta(after)
    if word in ("last_90_days", "next_90_days"):
        word = word.replace("90_days", "n_days:90")
    if match := _ONE.fullmatch(word):
        step = {"last": -1, "this": 0, "next": 1}[match[1]]
        return _start(match[2], today, step), _start(match[2], today, step + 1)
    if match := _AGO.fullmatch(word):
        step = -int(match[2])
        return _start(match[1], today, step), _start(match[1], today, step + 1)
    match = _SEVERAL.fullmatch(word)
    if not match:
        raise ValueError(f"{word} is no period")
    unit, number = match[2], int(match[3])
    if match[1] == "last":
        return _start(unit, today, -number), _start(unit, today, 1 if unit == "day" else 0)
    return _start(unit, today, 1), _start(unit, today, number + 1)


def _start(unit: str, today: date, step: int) -> date:
    """The first day of the unit that today is in, `step` units on."""
    if unit == "day":
        return today + timedelta(step)
    if unit == "week":
        return today - timedelta((today.weekday() + 1) % 7) + timedelta(weeks=step)
    length = _MONTHS[unit]
    months = today.year * 12 + (today.month - 1) // length * length + step * length
    return date(months // 12, months % 12 + 1, 1)
