"""Times as Marketo takes and tells them, always in UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

_SHORT_OFFSET = re.compile(r"([+-]\d{2})(\d{2})$")


def written(moment: datetime) -> str:
    """ISO 8601 with whole seconds: bulk filters take no milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(text: str) -> datetime:
    """A time of the lead database (`…Z`, `…+0000`) or of the asset API (`…Z+0000`); ValueError where it is none."""
    moment = datetime.fromisoformat(_SHORT_OFFSET.sub(r"\1:\2", text.replace("Z+0000", "Z")))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_or_none(text: object) -> datetime | None:
    try:
        return read(text) if isinstance(text, str) else None
    except ValueError:
        return None


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
