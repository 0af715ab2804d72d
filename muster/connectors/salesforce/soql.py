"""SOQL texts: names that are checked, values that are escaped, and how long one may be in an address.

Rules: SOQL and SOSL Reference, "Quoted String Escape Sequences" and "Date Formats and Date Literals".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from muster.errors import SourceError

#: Names of objects and fields: letters, digits and underscores; a namespace and `__c` are part of them.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_ESCAPES = str.maketrans({
    "\\": r"\\", "'": r"\'", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\b": r"\b", "\f": r"\f",
})  # fmt: skip


def name(text: str) -> str:
    """The text, if it can be the name of an object or a field; SourceError otherwise."""
    if not _NAME.fullmatch(text):
        raise SourceError(f"'{text}' is no name of a Salesforce object; write its API name, such as Invoice__c")
    return text


def text(value: str) -> str:
    """A string literal."""
    return f"'{value.translate(_ESCAPES)}'"


def texts(values: Iterable[str]) -> str:
    """The list behind IN."""
    return f"({', '.join(map(text, values))})"


def stamp(moment: datetime) -> str:
    """A time as the lake has it and as SOQL takes it, without quotes: `2026-11-01T12:34:56.000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def moment(written: str) -> datetime:
    """A time that the API wrote, `…+0000` or `…Z`; ValueError where it is none."""
    return datetime.fromisoformat(written.replace("Z", "+00:00")).astimezone(UTC)


def select(fields: Sequence[str], object_: str, conditions: Sequence[str] = (), order: Sequence[str] = ()) -> str:
    """`SELECT … FROM … WHERE … AND … ORDER BY …`; without fields it counts."""
    parts = [f"SELECT {', '.join(fields) or 'COUNT()'} FROM {name(object_)}"]
    if conditions:
        parts.append("WHERE " + " AND ".join(conditions))
    if order:
        parts.append("ORDER BY " + ", ".join(order))
    return " ".join(parts)


def since(field: str | None, moment: str | None, after: tuple[str, str] | None = None) -> list[str]:
    """Conditions for the rows changed since a moment, or for those behind a row in the order of (field, Id).

    The bound stands by itself, so that the field's index serves it. No field, no conditions.
    """
    if field and after:
        last, id_ = after
        return [f"{field} >= {last}", f"({field} > {last} OR Id > {text(id_)})"]
    return [f"{field} >= {moment}"] if field and moment else []


def encoded(soql: str) -> str:
    """The text for an address; what may stand there as it is stays short."""
    return quote(soql, safe=",()*:/'!=").replace("%20", "+")
