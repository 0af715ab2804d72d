"""Where a read of one object goes on from, and how that is told to the engine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from muster.connectors.salesforce import soql
from muster.connectors.sync.stream import Position


@dataclass(frozen=True)
class Place:
    """A pass reads what changed since `since` (None: everything); times are as in `soql.stamp`.

    While a pass is under way: `began` is when, by the org's clock, `newest` the newest change seen in it, `after` the
    row (time, id) it goes on behind, or `job` the path of a bulk job and `locator` its next page (None: the first).
    Deletions are known until `covered`.
    """

    since: str | None = None
    began: str | None = None
    newest: str | None = None
    after: tuple[str, str] | None = None
    job: str | None = None
    locator: str | None = None
    covered: str | None = None

    @classmethod
    def of(cls, position: Position | None) -> Place:
        told: dict[str, Any] = dict(position or {})
        if told.get("after"):
            told["after"] = tuple(told["after"])
        return cls(**told)

    @property
    def told(self) -> Position:
        """As JSON, without what is not there."""
        return {key: list(value) if key == "after" else value for key, value in vars(self).items() if value is not None}

    def begun(self, now: str) -> Place:
        """With a pass under way. What is deleted from the first pass on will be asked for."""
        if self.began:
            return self
        return replace(self, began=now, newest=None, after=None, job=None, locator=None, covered=self.covered or now)

    def seen(self, newest: str | None) -> Place:
        return replace(self, newest=max(filter(None, (self.newest, newest)), default=None))

    def through(self, overlap: timedelta) -> Place:
        """The pass is over: where the next one begins.

        A change becomes visible up to `overlap` after the time it bears, so everything since then is read again; a
        change seen last long before that is where nothing older can come any more.
        """
        settled = soql.stamp(soql.moment(self.began) - overlap) if self.began else self.since
        known = self.newest or self.since or settled
        next_ = min(known, settled) if known and settled else settled
        return Place(since=next_, covered=self.covered)
