"""Values of fields: what Marketo takes for each type, how it is kept (as text), and how it is told.

Source: the "Field types" page and recorded traffic: an integer of 14.1, a percent of "100%", a boolean "other", a
datetime "yesterday", a float "14c" and an e-mail "bademail" each skip the whole record with 1003, whose text names
field and value; `2020-08-30T05:49:48.000Z` reads back without its milliseconds; a boolean never set reads false.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import orjson

from muster.twins.marketo import times
from muster.twins.marketo.errors import Skip
from muster.twins.marketo.standard_fields import Field

_EMAIL = re.compile(r"[!-?A-~]+@[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z0-9-]{2,}")
_WHOLE = re.compile(r"[+-]?\d{1,18}")
_LARGEST = 2**31 - 1
_NUMBERS = frozenset({"integer", "score", "percent", "reference", "float", "currency"})
_TEXT_BYTES = 30_000


def kept(field: Field, value: Any) -> str | None:
    """The text that is stored for a value written by a caller; None for null and "".

    Raises Skip 1003 where the field's type does not take the value.
    """
    if value is None or value == "":
        return None
    try:
        text = _TAKERS.get(field.type, _text)(value)
    except (ValueError, OverflowError):
        text = None
    if text is None or (field.length and len(text) > field.length):
        raise Skip(1003, field.name, _as_written(value))
    return text


def told(field: Field, text: str | None) -> Any:
    """The JSON value of a stored text."""
    if field.type == "boolean":
        return text is not None and text.lower() in ("true", "1")
    if text is None:
        return None
    try:
        if field.type in _NUMBERS:
            number = int(text) if _WHOLE.fullmatch(text) else float(text)
            return number if math.isfinite(number) else text
    except ValueError:
        return text
    return text


def _as_written(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


def _text(value: Any) -> str | None:
    if isinstance(value, dict | list):
        return None
    text = _as_written(value)
    return text if len(text.encode()) <= _TEXT_BYTES else None


def _email(value: Any) -> str | None:
    return value if isinstance(value, str) and _EMAIL.fullmatch(value) else None


def _whole(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, float):
        value = int(value) if value.is_integer() else "no"
    text = str(value).strip()
    return str(int(text)) if _WHOLE.fullmatch(text) and abs(int(text)) <= _LARGEST else None


def _number(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    number = float(value)
    return str(value).strip() if math.isfinite(number) else None


def _boolean(value: Any) -> str | None:
    text = str(value).lower()
    return {"true": "true", "false": "false", "1": "true", "0": "false"}.get(text)


def _date(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    moment = times.parsed(value) if len(value) > 10 else None
    return (moment.date() if moment else date.fromisoformat(value)).isoformat()


def _datetime(value: Any) -> str | None:
    moment = times.parsed(value) if isinstance(value, str) else None
    return times.written(moment) if moment else None


_TAKERS: dict[str, Callable[[Any], str | None]] = {
    "email": _email,
    "integer": _whole,
    "score": _whole,
    "percent": _whole,
    "float": _number,
    "currency": _number,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
}
