"""Lengths of time as people write them: `30s`, `5m`, `2 hours`, `7 days`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator

_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|seconds?|m|minutes?|h|hours?|d|days?)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _parse(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    found = _WRITTEN.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if not found:
        raise ValueError("write a number and a unit, such as 30s, 5m, 2 hours or 7 days")
    return timedelta(**{_UNITS[found[2][0]]: float(found[1])})


Duration = Annotated[timedelta, BeforeValidator(_parse)]
