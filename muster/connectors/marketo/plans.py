"""In which pieces a history is extracted: windows of time, or groups of programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from muster.connectors.marketo import times

#: Days of a window at most; the vendor allows 31 ("Bulk Extract", date ranges).
WINDOW = 30
#: Windows in a row without any record before the beginning that was found, to believe that it is one. (Our decision.)
QUIET = 2
#: Programs in one extract of their members ("Bulk Program Member Extract").
PROGRAMS = 10

State = Mapping[str, Any]


@dataclass(frozen=True)
class Piece:
    """What one job extracts: its name, unique in its history, and its filter."""

    name: str
    filter: Mapping[str, Any]


class Plan(Protocol):
    """The pieces that are still to be begun."""

    def take(self) -> Piece | None:
        """The next piece to begin; None where all are begun, as far as is known by now."""
        ...

    def done(self, piece: Piece, rows: int, size: int) -> None:
        """A piece has come, of so many rows and bytes."""
        ...

    @property
    def left(self) -> int:
        """How many pieces are still to be begun."""
        ...

    @property
    def state(self) -> State:
        """The plan as JSON."""
        ...


@dataclass
class Windows:
    """Windows of time from `next` to `end`, oldest first, filtered by `filter`.

    Windows are as long as the vendor allows, or shorter where their files would be larger than `target` bytes. `back`
    is where to look for what is older than the beginning that was found, until `quiet` windows had nothing.
    """

    filter: str
    next: datetime
    end: datetime
    target: int
    days: int = WINDOW
    back: datetime | None = None
    quiet: int = 0
    looking: bool = field(default=False)

    @classmethod
    def of(cls, state: State, target: int) -> Windows:
        back = times.read(state["back"]) if state.get("back") else None
        return cls(
            state["filter"], times.read(state["next"]), times.read(state["end"]), target, state["days"], back,
            state.get("quiet", 0), bool(state.get("looking")),
        )  # fmt: skip

    def take(self) -> Piece | None:
        if self.back and not self.looking:
            self.looking = True
            return self._piece(self.back - timedelta(days=WINDOW), self.back)
        if self.next >= self.end:
            return None
        start, self.next = self.next, min(self.next + timedelta(days=self.days), self.end)
        return self._piece(start, self.next)

    def done(self, piece: Piece, rows: int, size: int) -> None:
        told = piece.filter[self.filter]
        start, end = times.read(told["startAt"]), times.read(told["endAt"])
        if self.back and end == self.back:
            self.looking, self.quiet = False, 0 if rows else self.quiet + 1
            self.back = start + timedelta(seconds=1) if self.quiet < QUIET else None
            return
        length = max(1.0, (end - start) / timedelta(days=1))
        fitting = length * self.target / size if size else 2.0 * self.days
        self.days = int(max(1, min(WINDOW, 2 * self.days, fitting)))

    @property
    def left(self) -> int:
        ahead = -(-(self.end - self.next) // timedelta(days=self.days)) if self.next < self.end else 0
        return ahead + (QUIET - self.quiet if self.back else 0)

    @property
    def state(self) -> State:
        told = {"filter": self.filter, "next": times.written(self.next), "end": times.written(self.end)}
        looking = {"back": times.written(self.back), "quiet": self.quiet, "looking": self.looking} if self.back else {}
        return {**told, "days": self.days, **looking}

    def _piece(self, start: datetime, end: datetime) -> Piece:
        """A second before its start belongs to it: whether the ends are included is not documented."""
        told = {"startAt": times.written(start - timedelta(seconds=1)), "endAt": times.written(end)}
        return Piece(f"{start:%Y-%m-%d}" if self.days > 1 else f"{start:%Y-%m-%dT%H%M}", {self.filter: told})


@dataclass
class Programs:
    """Groups of programs whose members are extracted together."""

    ids: list[str]

    def take(self) -> Piece | None:
        taken, self.ids = self.ids[:PROGRAMS], self.ids[PROGRAMS:]
        return Piece(f"{taken[0]}-{taken[-1]}", {"programIds": [int(each) for each in taken]}) if taken else None

    def done(self, piece: Piece, rows: int, size: int) -> None:
        pass

    @property
    def left(self) -> int:
        return -(-len(self.ids) // PROGRAMS)

    @property
    def state(self) -> State:
        return {"ids": self.ids}
