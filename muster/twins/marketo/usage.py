"""Calls and errors by day, as the instance counts them and as its usage endpoints tell them.

Source: the "Usage" page; days are those of the quota, from midnight Central.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any

from muster.twins.clock import Clock
from muster.twins.marketo import times
from muster.twins.marketo.answers import Page
from muster.twins.marketo.request import Request
from muster.twins.marketo.rules import Rule

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin


class Usage:
    """Calls by user and errors by code, for each day."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._lock = clock, Lock()
        self._calls: defaultdict[date, Counter[str]] = defaultdict(Counter)
        self._errors: defaultdict[date, Counter[str]] = defaultdict(Counter)

    def count(self, user: str) -> None:
        with self._lock:
            self._calls[self.today][user] += 1

    def fail(self, code: int) -> None:
        with self._lock:
            self._errors[self.today][str(code)] += 1

    @property
    def today(self) -> date:
        return self._clock.now().astimezone(times.CENTRAL).date()

    def calls(self, days: int) -> list[dict[str, Any]]:
        """By day, today first, days without calls left out but for today."""
        with self._lock:
            return [
                {
                    "date": _midnight(day),
                    "total": self._calls[day].total(),
                    "users": [{"userId": user, "count": count} for user, count in self._calls[day].items()],
                }
                for day in self._days(days, self._calls)
            ]

    def errors(self, days: int) -> list[dict[str, Any]]:
        with self._lock:
            return [
                {
                    "date": _midnight(day),
                    "total": self._errors[day].total(),
                    "errors": [{"errorCode": code, "count": count} for code, count in self._errors[day].items()],
                }
                for day in self._days(days, self._errors)
            ]

    def _days(self, count: int, known: defaultdict[date, Counter[str]]) -> list[date]:
        days = [self.today - timedelta(days=back) for back in range(count)]
        return [day for day in days if day == self.today or day in known]


def _midnight(day: date) -> str:
    return times.written(datetime.combine(day, time(), times.CENTRAL))


def _calls_today(twin: MarketoTwin, request: Request) -> Page:
    return Page(twin.usage.calls(1))


def _calls_of_week(twin: MarketoTwin, request: Request) -> Page:
    return Page(twin.usage.calls(7))


def _errors_today(twin: MarketoTwin, request: Request) -> Page:
    return Page(twin.usage.errors(1))


def _errors_of_week(twin: MarketoTwin, request: Request) -> Page:
    return Page(twin.usage.errors(7))


RULES = [
    Rule("GET", "/rest/v1/stats/usage.json", _calls_today),
    Rule("GET", "/rest/v1/stats/usage/last7days.json", _calls_of_week),
    Rule("GET", "/rest/v1/stats/errors.json", _errors_today),
    Rule("GET", "/rest/v1/stats/errors/last7days.json", _errors_of_week),
]
