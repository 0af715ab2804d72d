"""Membership over time: for each audience a sequence of versions, each a bitmap of ordinals in a file.

A version is written when who is in, or the rule itself, changed. Its bitmap is in place before its row, and a
bitmap is never rewritten, so a killed evaluation leaves nothing half done. Who entered and who left are the
differences of two neighbouring bitmaps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pyroaring import BitMap
from sqlalchemy import Boolean, Column, Integer, String, Table, Text, insert, select, update

from muster.audiences.merges import follow, merged_ordinals
from muster.durable import write_whole
from muster.settings import Settings
from muster.snapshot import current
from muster.state import StateStore, metadata
from muster.state.store import UtcDateTime

#: XDM keeps an exited membership for 30 days after the exit.
EXITED_FOR = timedelta(days=30)

audience_version = Table(
    "audience_version",
    metadata,
    Column("audience", String(80), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("evaluated_at", UtcDateTime, nullable=False),
    Column("snapshot", String(40), nullable=False),
    Column("entity", String(20), nullable=False),
    Column("rule", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("entered", Integer, nullable=False),
    Column("exited", Integer, nullable=False),
    Column("members", String(200), nullable=False),
    Column("held", Boolean, nullable=False, default=False),
    Column("cause", String(200), nullable=False, default=""),
)


@dataclass(frozen=True)
class Membership:
    """One version of an audience's membership; `members` are ordinals of people or accounts."""

    audience: str
    version: int
    evaluated_at: datetime
    snapshot: str
    entity: str
    rule: str
    size: int
    entered: int
    exited: int
    file: Path
    held: bool
    cause: str

    @property
    def members(self) -> BitMap:
        return BitMap.deserialize(self.file.read_bytes())


@dataclass(frozen=True)
class MembershipStore:
    """Versions in the state store, bitmaps below `<data>/memberships/<audience>/`."""

    settings: Settings
    state: StateStore

    def latest(self, audience: str) -> Membership | None:
        return next(self.history(audience, newest=1), None)

    def history(self, audience: str, newest: int | None = None) -> Iterator[Membership]:
        """The `newest` versions, or all of them, newest first."""
        query = select(audience_version).where(audience_version.c.audience == audience)
        with self.state.begin() as connection:
            found = connection.execute(query.order_by(audience_version.c.version.desc()).limit(newest))
            rows = found.mappings().all()
        for row in rows:
            told = {**row, "file": self.settings.memberships / row["members"]}
            del told["members"]
            yield Membership(**told)

    def audiences(self, entity: str) -> list[str]:
        """Every audience of `person` or `account` there ever was, by name."""
        query = select(audience_version.c.audience).where(audience_version.c.entity == entity).distinct()
        with self.state.begin() as connection:
            return sorted(connection.execute(query).scalars())

    def before(self, item: Membership) -> Membership | None:
        """The version that a version took the place of."""
        return next((other for other in self.history(item.audience) if other.version == item.version - 1), None)

    def at(self, audience: str, instant: datetime) -> Membership | None:
        """The version that was in force at an instant."""
        return next((item for item in self.history(audience) if item.evaluated_at <= instant), None)

    def exited(self, audience: str, now: datetime) -> BitMap:
        """Who is out now but was in within the last 30 days (status `exited` in XDM), by ordinal.

        Who was merged into somebody, as the snapshot in force has it, has left only where that other one has.
        """
        latest = self.latest(audience)
        if latest is None:
            return BitMap()
        snapshot = current(self.settings)
        merged = merged_ordinals(snapshot, latest.entity) if snapshot else {}
        inside = follow(latest.members, merged)
        out, later, later_at = BitMap(), inside, latest.evaluated_at
        for item in self.history(audience):
            if item.entity != latest.entity or later_at < now - EXITED_FOR:
                break
            members = follow(item.members, merged)
            out |= members - later
            later, later_at = members, item.evaluated_at
        return out - inside

    def add(
        self, before: Membership | None, members: BitMap, *, audience: str, entity: str, rule: str,
        snapshot: str, now: datetime, entered: int, exited: int, held: bool, cause: str,
    ) -> Membership:  # fmt: skip
        """Write the next version: the bitmap first, then the row."""
        version = (before.version if before else 0) + 1
        name = f"{audience}/{version:06d}.roaring"
        path = self.settings.memberships / name
        write_whole(path, members.serialize())
        row = {
            "audience": audience, "version": version, "evaluated_at": now, "snapshot": snapshot, "entity": entity,
            "rule": rule, "size": len(members), "entered": entered, "exited": exited, "held": held, "cause": cause,
        }  # fmt: skip
        with self.state.begin() as connection:
            connection.execute(insert(audience_version).values(members=name, **row))
        return Membership(file=path, **row)  # type: ignore[arg-type]

    def release(self, audience: str) -> Membership | None:
        """Let a held version go out; returns it, or None where nothing was held."""
        latest = self.latest(audience)
        if latest is None or not latest.held:
            return None
        this = (audience_version.c.audience == audience) & (audience_version.c.version == latest.version)
        with self.state.begin() as connection:
            connection.execute(update(audience_version).where(this).values(held=False))
        return self.latest(audience)

    def last_sent_size(self, audience: str) -> int | None:
        """The size of the newest version that no guard held."""
        query = (
            select(audience_version.c.size)
            .where(audience_version.c.audience == audience, ~audience_version.c.held)
            .order_by(audience_version.c.version.desc())
            .limit(1)
        )
        with self.state.begin() as connection:
            return connection.execute(query).scalar()
