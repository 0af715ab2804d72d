"""How a call can end other than well.

SourceError
├── QuotaSpent   the day's calls or bytes are used up; nothing is asked before `until`
└── Unsure       the vendor may or may not have done what was asked, and asking again might do it twice
TryAgain         never leaves the client: worth another try
└── Garbage      a body that is not what it should be
"""

from __future__ import annotations

from datetime import UTC, datetime

from muster.errors import SourceError


class QuotaSpent(SourceError):
    """The day's share of a vendor's limit is used up until `until` (UTC; None where the vendor does not say)."""

    def __init__(self, message: str, until: datetime | None = None) -> None:
        self.until = until
        back = f"; it is free again at {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if until else ""
        super().__init__(message + back)


class Unsure(SourceError):
    """A change was asked for and no answer came; it may have been made or not."""


class TryAgain(Exception):
    """An attempt failed for a reason that may pass; `after` seconds, where the vendor told how long to wait."""

    def __init__(self, reason: str, after: float | None = None, *, maybe_done: bool = True) -> None:
        self.reason, self.after, self.maybe_done = reason, after, maybe_done
        super().__init__(reason)


class Garbage(TryAgain):
    """An answer whose body cannot be read."""


def one_line(text: str, longest: int = 300) -> str:
    """A vendor's words, fit for one line of ours."""
    words = " ".join(text.split())
    return words if len(words) <= longest else words[: longest - 1] + "…"
