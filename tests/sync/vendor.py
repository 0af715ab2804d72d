"""A vendor in memory that keeps a log of its changes, and streams over it that misbehave as vendors do.

Its clock ticks as it is told. A change may be shown late, in the place of its own time; a page may repeat records or
show states that are past; a read may be cut off at any page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from muster.connectors.sync.stream import Chunk, Estimate, Position
from tests.sync.streams import text

#: How many ticks a change may be shown late, and how many the stream reads again.
LATEST, OVERLAP = 3, 4

State = Mapping[str, str | None]


@dataclass
class Vendor:
    """Records with versions. `log` holds, for each id, (version, shown from, state), oldest first."""

    now: int = 0
    types: dict[str, str] = field(default_factory=lambda: {"id": "integer", "updatedAt": "datetime", "name": "string"})
    log: dict[str, list[tuple[int, int, State]]] = field(default_factory=dict)
    changes: int = 0

    def put(self, id_: str, deleted: bool = False, late: int = 0) -> None:
        """Create or change a record; each state is like no other."""
        self.changes += 1
        own = {name: f"{name} {self.changes}" for name in self.types if name not in ("id", "updatedAt")}
        state = {"id": id_, "updatedAt": stamp(self.now), "isDeleted": str(deleted).lower(), **own}
        self.log.setdefault(id_, []).append((self.now, self.now + late, state))

    def shown(self, id_: str) -> State | None:
        """What the vendor tells of a record now."""
        there = [(version, state) for version, shown_from, state in self.log[id_] if shown_from <= self.now]
        return max(enumerate(there), key=lambda each: (each[1][0], each[0]))[1][1] if there else None

    def past(self, state: State) -> State | None:
        """A state of the same record in a version before this one."""
        before = [each for _, _, each in self.log[str(state["id"])] if str(each["updatedAt"]) < str(state["updatedAt"])]
        return before[-1] if before else None

    def truth(self) -> dict[str, State]:
        """All records as they are told now, by id."""
        return {id_: state for id_ in self.log if (state := self.shown(id_))}


def stamp(tick: int) -> str:
    return f"2026-11-24T{tick // 3600:02d}:{tick // 60 % 60:02d}:{tick % 60:02d}Z"


@dataclass
class Leads:
    """Changes since a version, oldest first, `page` records at a time; `cut` pages before it is cut off by `error`.

    `moves` says at which pages a position is given; a `stale` one tells past states after the newest.
    """

    vendor: Vendor
    page: int
    cut: int | None = None
    error: type[BaseException] = KeyboardInterrupt
    moves: int = 1
    stale: bool = False
    name: str = "leads"
    version: str | None = "updatedAt"

    def fields(self) -> Mapping[str, str]:
        return self.vendor.types

    def estimate(self, position: Position | None) -> Estimate:
        return Estimate(len(self.vendor.log), 1, 0.0)

    def read(self, position: Position | None) -> Iterator[Chunk]:
        since = position["since"] if position else 0
        began = self.vendor.now
        records = sorted(
            (state for state in self.vendor.truth().values() if str(state["updatedAt"]) >= stamp(since)),
            key=lambda state: (state["updatedAt"], state["id"]),
        )
        for number, start in enumerate(range(0, len(records), self.page)):
            if number == self.cut:
                raise self.error
            rows = records[start : start + self.page]
            given = [*rows, *filter(None, (self.vendor.past(row) for row in rows if self.stale))]
            read = [version for version, _, state in self.vendor.log[str(rows[-1]["id"])] if state == rows[-1]]
            reached = {"since": max(since, read[0] - OVERLAP)}
            yield Chunk(text(given), reached if number % self.moves == 0 else None)
        if self.cut is not None and self.cut >= -(-len(records) // self.page):
            raise self.error
        yield Chunk(text([]), {"since": max(0, began - OVERLAP)})


@dataclass
class Members:
    """Who is on which list, all of it each time, list after list; without versions."""

    lists: Mapping[str, set[str]]
    page: int
    cut: int | None = None
    error: type[BaseException] = KeyboardInterrupt
    name: str = "static_list_members"
    version: str | None = None

    def fields(self) -> Mapping[str, str]:
        return {"listId": "integer", "leadId": "integer"}

    def estimate(self, position: Position | None) -> Estimate:
        return Estimate(None, 1, 0.0)

    def read(self, position: Position | None) -> Iterator[Chunk]:
        left = self.cut
        for list_, leads in sorted(self.lists.items()):
            members = [{"listId": list_, "leadId": lead} for lead in sorted(leads)]
            for start in range(0, len(members), self.page):
                if left is not None:
                    if left == 0:
                        raise self.error
                    left -= 1
                yield Chunk(text(members[start : start + self.page]))
            yield Chunk(text([]), whole={"listId": list_})
        if left is not None:
            raise self.error
        yield Chunk(text([]), {"read": True})
