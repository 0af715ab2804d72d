"""What a vendor answered, whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

import orjson

from muster.connectors.http.errors import Garbage


@dataclass(frozen=True)
class Answer:
    """An answer: its status, its headers under names in any case, and all of its body, unpacked."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON; Garbage where it is none, which the client answers by asking again."""
        return self._document

    @cached_property
    def _document(self) -> Any:
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            raise Garbage(f"{len(self.body)} bytes that are not JSON") from None

    @property
    def is_json(self) -> bool:
        return "json" in self.headers.get("Content-Type", "").lower()

    @property
    def date(self) -> datetime | None:
        """The server's clock when it answered, to the second (RFC 9110 §6.6.1)."""
        return _date(self.headers.get("Date", ""))

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait by the `Retry-After` header, given in seconds or as a date (RFC 9110 §10.2.3)."""
        told = self.headers.get("Retry-After", "").strip()
        try:
            return max(0.0, float(told))
        except ValueError:
            until = _date(told)
        if not until:
            return None
        return max(0.0, (until - (self.date or datetime.now(UTC))).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
