"""Property values: always text, checked against the property's type, in one form however they were written."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from muster.twins.hubspot.definitions import Property

_EMAIL = re.compile(r"[^@\s;,<>]+@[^@\s;,<>]+\.[^@\s;,<>.]{2,}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
#: How a datetime is kept and answered; DuckDB's pattern for the same.
DATETIME_SQL = "%Y-%m-%dT%H:%M:%S.%gZ"


class Unfit(ValueError):
    """A value that the property cannot take; `code` is HubSpot's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def moment_text(moment: datetime) -> str:
    """As HubSpot writes it: `2022-02-17T19:17:21.592Z`."""
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return f"{text}Z"


def text_of(value: Any) -> str:
    """What a JSON value is as text: `true`, `3`, `3.5`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def fit(definition: Property, value: Any) -> str | None:
    """The value in its kept form; None clears. Raises Unfit."""
    if value is None or value == "":
        return None
    text = text_of(value)
    if definition.name == "email":
        return _email(text)
    check = {"number": _number, "bool": _bool, "date": _date, "datetime": _datetime}.get(definition.type)
    if check:
        return check(text)
    if definition.type == "enumeration":
        return _option(definition, text)
    return text


def comparable(definition: Property, value: str) -> str:
    """A search's value in the form in which the property's values are kept. Raises Unfit."""
    if definition.type == "date":
        return _date(value)
    if definition.type == "datetime":
        return _datetime(value)
    if definition.type == "number":
        return _number(value)
    return value.lower()


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text.strip()):
        raise Unfit("INVALID_EMAIL", f"Email address {text} is invalid")
    return text.strip().lower()


def _number(text: str) -> str:
    try:
        float(text)
    except ValueError:
        raise Unfit("INVALID_LONG", f"{text} was not a valid number.") from None
    return text.strip()


def _bool(text: str) -> str:
    if text.lower() not in ("true", "false"):
        raise Unfit("INVALID_OPTION", f"{text} was not one of the allowed options: [true, false]")
    return text.lower()


def _option(definition: Property, text: str) -> str:
    """`a;b;c` for a checkbox, one value for any other; properties whose options HubSpot keeps elsewhere take all."""
    known = [option["value"] for option in definition.options]
    chosen = text.split(";") if definition.field_type == "checkbox" else [text]
    wrong = next((each for each in chosen if each not in known), None)
    if wrong is not None and not definition.open:
        raise Unfit("INVALID_OPTION", f"{wrong} was not one of the allowed options: [{', '.join(known)}]")
    return text


def _date(text: str) -> str:
    """`YYYY-MM-DD`; epoch milliseconds must be midnight UTC."""
    if _DATE.fullmatch(text):
        return _moment(text, "INVALID_DATE").date().isoformat()
    moment = _moment(text, "INVALID_DATE")
    if moment.time().replace(microsecond=0) != moment.time().min and text.lstrip("-").isdigit():
        raise Unfit("INVALID_DATE", f"{text} is at {moment.time()} UTC, not midnight!")
    return moment.date().isoformat()


def _datetime(text: str) -> str:
    return moment_text(_moment(text, "INVALID_DATE"))


def _moment(text: str, code: str) -> datetime:
    try:
        if text.lstrip("-").isdigit():
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise Unfit(code, f"{text} was not a valid date.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
