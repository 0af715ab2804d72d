"""How a field's value is kept, shown and taken.

Kept as text in one form a type, so that texts compare as the values do where that can be: ids with eighteen
characters, checkboxes `true` or `false`, times in UTC as `2026-11-01T12:34:56.000+0000`, dates `2026-11-01`, whole
numbers without a point, other numbers with one; null for nothing, for Salesforce knows no empty text.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from typing import Any

from muster.sql import literal
from muster.twins.salesforce.ids import full, full_sql
from muster.twins.salesforce.schema import NUMBERS, REFERENCES, WHOLE, Field

#: Times as kept and as REST shows them, for strftime.
MOMENT = "%Y-%m-%dT%H:%M:%S.000+0000"
_KEPT = "____-__-__T__:__:__.000+0000"
_TRUE = ("true", "1", "yes", "t")
_FALSE = ("false", "0", "no", "f")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)?(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE)
#: Local part, @ and a domain with a point; stricter than most servers, as Salesforce is.
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]+@[^\s@.<>()\[\],;:\"]+(\.[^\s@.<>()\[\],;:\"]+)+")


class NotOfType(ValueError):
    """A value that the field's type cannot be."""


def kept_sql(field: Field, column: str) -> str:
    """An expression for the kept form of a column of any text; what cannot be read stays as it is."""
    told = f"nullif({column}, '')"
    match field.type:
        case "boolean":
            return f"case when lower({told}) in {_TRUE} then 'true' else 'false' end"
        case "int" | "long":
            whole = f"try_cast(try_cast({told} as double) as bigint)"
            return f"coalesce(coalesce(try_cast({told} as bigint), {whole})::varchar, {told})"
        case "double" | "currency" | "percent":
            return f"coalesce(try_cast({told} as double)::varchar, {told})"
        case "date":
            return f"coalesce(try_cast(left({told}, 10) as date)::varchar, {told})"
        case "datetime":
            colon = rf"regexp_replace({told}, '([+-]\d\d)(\d\d)$', '\1:\2')"
            moment = f"timezone('UTC', try_cast({colon} as timestamptz))"
            read = f"coalesce(strftime({moment}, {literal(MOMENT)}), {told})"
            return f"case when {told} like {literal(_KEPT)} then {told} else {read} end"
        case "id" | "reference":
            return full_sql(told)
    return told


def json_sql(field: Field, column: str) -> str:
    """An expression of the type that the value has in JSON."""
    if field.type == "boolean":
        return f"(coalesce({column}, 'false') = 'true')"
    if field.type in NUMBERS:
        number = f"try_cast({column} as {'bigint' if field.type in WHOLE else 'double'})"
        return f"coalesce({number}, {field.default})" if field.default else number
    return column


def csv_sql(field: Field, column: str) -> str:
    """An expression for the text in Bulk results, where times end in Z."""
    if field.type == "datetime":
        return f"replace({column}, '+0000', 'Z')"
    default = field.default_value if field.type == "boolean" or field.type in NUMBERS else None  # as in `json_sql`
    return f"coalesce({column}, {literal(default)})" if default else column


def moment(told: datetime) -> str:
    """A time as it is kept, cut to the second."""
    return told.astimezone(UTC).strftime(MOMENT)


def read_moment(text: str) -> datetime | None:
    """Any time in ISO form, UTC where it names no zone; a date is its midnight. None where it is none."""
    match = _MOMENT.fullmatch(text)
    try:
        if not match:
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        zone = (match[4] or "Z").upper().replace("Z", "+00:00")
        zone = zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
        return datetime.fromisoformat(f"{match[1]}T{match[2]}{zone}").astimezone(UTC)
    except ValueError:
        return None


def kept(field: Field, value: Any) -> str | None:
    """The kept form of a value as a request gives it, JSON or text. Raises NotOfType."""
    if value is None or value == "":
        return "false" if field.type == "boolean" else None
    if field.type == "boolean":
        return _boolean(value)
    if field.type in NUMBERS:
        return _number(value, field.type in WHOLE)
    if isinstance(value, bool | int | float | list | dict):
        raise NotOfType(_spelt(value))
    text = str(value)
    if field.type == "date":
        return _date(text)
    if field.type == "datetime":
        read = read_moment(text)
        if read is None:
            raise NotOfType(text)
        return moment(read)
    return full(text) if field.type in REFERENCES else text


def is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


def _boolean(value: Any) -> str:
    text = str(value).lower()
    if text in _TRUE:
        return "true"
    if text in _FALSE:
        return "false"
    raise NotOfType(_spelt(value))


def _number(value: Any, whole: bool) -> str:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise NotOfType(_spelt(value)) from None
    if isinstance(value, bool) or not math.isfinite(number) or (whole and number != int(number)):
        raise NotOfType(_spelt(value))
    return str(int(number)) if whole else repr(number)


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise NotOfType(text) from None


def _spelt(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
