"""Membership over time: for each audience a sequence of versions, each a bitmap of ordinals in a pack.

A version is written when who is in, or the rule itself, changed. The bitmaps of one evaluation are in place before
their rows, which come in one transaction, and a bitmap is never rewritten: a killed evaluation leaves nothing half
done. Who entered and who left are the differences of two neighbouring bitmaps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pyroaring import BitMap
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Integer,
    RowMapping,
    Select,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    true,
    update,
)

from muster.audiences.merges import follow, merged_ordinals
from muster.audiences.packs import Place, write_pack
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
    place: Place
    held: bool
    cause: str

    @property
    def members(self) -> BitMap:
        return self.place.bitmap()


@dataclass(frozen=True)
class NewVersion:
    """What a version is to say that takes the place of `before`."""

    before: Membership | None
    members: BitMap
    audience: str
    entity: str
    rule: str
    snapshot: str
    now: datetime
    entered: int
    exited: int
    held: bool
    cause: str

    @property
    def row(self) -> dict[str, Any]:
        """Its row but for where the bitmap lies."""
        told = {name: getattr(self, name) for name in ("audience", "entity", "rule", "snapshot", "entered", "exited")}
        version = (self.before.version if self.before else 0) + 1
        size = len(self.members)
        return {
            **told,
            "version": version,
            "evaluated_at": self.now,
            "size": size,
            "held": self.held,
            "cause": self.cause,
        }


@dataclass(frozen=True)
class MembershipStore:
    """Versions in the state store, bitmaps in packs in `<data>/memberships/`."""

    settings: Settings
    state: StateStore

    def latest(self, audience: str) -> Membership | None:
        return next(self.history(audience, newest=1), None)

    def history(self, audience: str, newest: int | None = None) -> Iterator[Membership]:
        """The `newest` versions, or all of them, newest first."""
        query = select(audience_version).where(audience_version.c.audience == audience)
        return self._found(query.order_by(audience_version.c.version.desc()).limit(newest))

    def all_latest(self) -> dict[str, Membership]:
        """The newest version of every audience there ever was."""
        return {row["audience"]: self._told(row) for row in self._newest(true())}

    def audiences(self, entity: str) -> list[str]:
        """Every audience of `person` or `account` there ever was, by name."""
        query = select(audience_version.c.audience).where(audience_version.c.entity == entity).distinct()
        with self.state.begin() as connection:
            return sorted(connection.execute(query).scalars())

    def before(self, item: Membership) -> Membership | None:
        """The version that a version took the place of."""
        this = (audience_version.c.audience == item.audience) & (audience_version.c.version == item.version - 1)
        return next(self._found(select(audience_version).where(this)), None)

    def at(self, audience: str, instant: datetime) -> Membership | None:
        """The version that was in force at an instant."""
        this = (audience_version.c.audience == audience) & (audience_version.c.evaluated_at <= instant)
        newest = select(audience_version).where(this).order_by(audience_version.c.version.desc()).limit(1)
        return next(self._found(newest), None)

    def since(self, audience: str, version: int) -> Iterator[Membership]:
        """The versions after a version, oldest first."""
        this = (audience_version.c.audience == audience) & (audience_version.c.version > version)
        return self._found(select(audience_version).where(this).order_by(audience_version.c.version))

    def made_at(self, instant: datetime) -> Iterator[Membership]:
        """The versions that the evaluation of an instant made, by audience."""
        this = audience_version.c.evaluated_at == instant
        return self._found(select(audience_version).where(this).order_by(audience_version.c.audience))

    def versions(self, audiences: Iterable[str]) -> dict[str, int]:
        """The newest version of each of these audiences that has one."""
        this = audience_version.c
        query = select(this.audience, func.max(this.version).label("newest")).group_by(this.audience)
        wanted = set(audiences)
        with self.state.begin() as connection:
            rows = connection.execute(query).all()
        return {row.audience: row.newest for row in rows if row.audience in wanted}

    def last_evaluated_at(self) -> datetime | None:
        """The instant of the newest version of any audience."""
        with self.state.begin() as connection:
            return connection.execute(select(func.max(audience_version.c.evaluated_at))).scalar()

    def _found(self, query: Select[Any]) -> Iterator[Membership]:
        with self.state.begin() as connection:
            rows = connection.execute(query).mappings().all()
        for row in rows:
            yield self._told(row)

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
        """Write the next version of one audience."""
        new = NewVersion(before, members, audience, entity, rule, snapshot, now, entered, exited, held, cause)
        return self.add_all([new])[0]

    def add_all(self, versions: Sequence[NewVersion]) -> list[Membership]:
        """Write versions of different audiences, all or none: a pack of their bitmaps first, then the rows."""
        if not versions:
            return []
        places = write_pack(self.settings.memberships, versions[0].now, [item.members for item in versions])
        rows = [{**item.row, "members": place} for item, place in zip(versions, places, strict=True)]
        with self.state.begin() as connection:
            connection.execute(insert(audience_version), rows)
        return [self._told(row) for row in rows]

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
        return self.last_sent_sizes().get(audience)

    def last_sent_sizes(self) -> dict[str, int]:
        """For every audience that was let out, the size of its newest version that no guard held."""
        return {row["audience"]: row["size"] for row in self._newest(~audience_version.c.held)}

    def _newest(self, condition: ColumnElement[bool]) -> Sequence[RowMapping]:
        """Of each audience the newest row among those that meet a condition."""
        versions = audience_version.c
        newest = select(versions.audience, func.max(versions.version).label("version")).where(condition)
        last = newest.group_by(versions.audience).subquery()
        same = (versions.audience == last.c.audience) & (versions.version == last.c.version)
        with self.state.begin() as connection:
            return connection.execute(select(audience_version).join(last, same)).mappings().all()

    def _told(self, row: RowMapping | Mapping[str, Any]) -> Membership:
        told = {name: value for name, value in row.items() if name != "members"}
        return Membership(place=Place.of(self.settings.memberships, row["members"]), **told)
