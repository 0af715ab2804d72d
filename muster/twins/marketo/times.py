"""Times as Marketo reads and writes them: kept as text in UTC, `2026-11-23T17:30:00Z`: text order is time order."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from muster.twins.marketo.errors import ApiError

#: Quotas and usage days begin at midnight here ("12:00 AM CST", the vendor's REST API page).
CENTRAL = ZoneInfo("America/Chicago")
#: A plus that came through a URL unquoted is a space.
_LOST_PLUS = re.compile(r"(T\d\d:\d\d(?::\d\d)?(?:\.\d+)?) (\d\d:?\d\d)$")
_SHORT_OFFSET = re.compile(r"([+-]\d{2})(\d{2})$")


def written(moment: datetime) -> str:
    """As the lead database writes it."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def asset_time(text: str | None) -> str | None:
    """As the asset API writes it: `…Z+0000`."""
    return text if text is None or text.endswith("+0000") else f"{text}+0000"


def lead_time(text: str | None) -> str | None:
    """As the lead database writes a time that was loaded in the asset form."""
    return text.removesuffix("+0000") if text else text


def parsed(text: str) -> datetime | None:
    """An ISO 8601 time, UTC where it names no offset, or a bare date; None where it is neither."""
    try:
        plain = _LOST_PLUS.sub(r"\1+\2", text.strip().removesuffix("+0000"))
        moment = datetime.fromisoformat(_SHORT_OFFSET.sub(r"\1:\2", plain))
    except ValueError:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None


def required(value: Any, name: str) -> datetime:
    """A time that a call must give. Raises ApiError 1002 where it is missing, 1001 where it is none."""
    if value in (None, ""):
        raise ApiError(1002, name)
    moment = parsed(value) if isinstance(value, str) else None
    if moment is None:
        raise ApiError(1001, value, "DateTime")
    return moment


def span(told: Any, name: str, days: int) -> tuple[str, str]:
    """The two ends, in the kept form, of a range `{startAt, endAt}` of at most `days`.

    An open end is not allowed. Raises ApiError; the text for a range that is too long is our decision.
    """
    if not isinstance(told, dict):
        raise ApiError(1002, name)
    start, end = required(told.get("startAt"), "startAt"), required(told.get("endAt"), "endAt")
    if end < start or end - start > timedelta(days=days):
        raise ApiError(1003, message=f"Invalid date range for '{name}': it must be {days} days or fewer")
    return written(start), written(end)
