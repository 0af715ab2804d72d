"""How far an object type has been read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Literal

from muster.connectors.sync.stream import Position


@dataclass(frozen=True)
class Place:
    """All moments are milliseconds of HubSpot's clock, 0 for never.

    `since`: all changes up to here were given. `first`: what did not change since then is no part of the history.
    `archived`, `listed`: when all archived records, and all records, were last begun to be listed, and how many pages
    that took. `listing` is a listing under way since `began`, and stands at `after`; a history ends with `archived`.
    """

    since: int = 0
    first: int = 0
    archived: int = 0
    archived_pages: int = 0
    listed: int = 0
    pages: int = 0
    listing: Literal["", "history", "archived", "whole"] = ""
    began: int = 0
    after: str | None = None

    @classmethod
    def of(cls, position: Position | None) -> Place:
        return cls(**position) if position else cls(listing="history")

    @property
    def position(self) -> Position:
        return asdict(self)

    @property
    def is_history(self) -> bool:
        return self.listing in ("history", "archived")

    def beginning(self, first: int) -> Place:
        """The same for a history that is to begin at `first`: from scratch where it began later so far; where it
        began earlier, it stays as long as it is."""
        if not self.began and self.is_history:
            return replace(self, first=first)
        return Place(listing="history", first=first) if self.first > first else self

    def begin(self, listing: Literal["history", "whole"], now: int) -> Place:
        return replace(self, listing=listing, began=now, after=None, pages=0)

    def turned(self, after: str | None) -> Place:
        """One page on."""
        if self.listing == "archived":
            return replace(self, after=after, archived_pages=self.archived_pages + 1)
        return replace(self, after=after, pages=self.pages + 1)

    def ended(self) -> Place:
        """The listing came to its end."""
        return replace(self, listed=self.began, listing="", began=0, after=None)
