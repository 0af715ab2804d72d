"""Which snapshot and which instant a day, an instant or a snapshot's name means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from muster.errors import SnapshotError
from muster.settings import Settings
from muster.snapshot import Snapshot, current, open_version, versions


@dataclass(frozen=True)
class Moment:
    """An instant (UTC) and the snapshot that was in force then."""

    snapshot: Snapshot
    instant: datetime


def moment(settings: Settings, text: str | None, now: datetime) -> Moment:
    """A snapshot's name is the instant of its publishing, a day is its end, nothing at all is `now`.

    Raises SnapshotError where nothing was published by then, or the snapshot of that time is not kept any more.
    """
    if text is None:
        snapshot = current(settings)
        if snapshot is None:
            raise SnapshotError(f"there is no snapshot in {settings.snapshots}; publish one with `muster run`")
        return Moment(snapshot, now)
    if text in versions(settings):
        snapshot = open_version(settings, text)
        return Moment(snapshot, snapshot.created_at)
    instant = min(_instant(text), now)
    return Moment(snapshot_at(settings, instant), instant)


def snapshot_at(settings: Settings, instant: datetime) -> Snapshot:
    """The newest snapshot that was published by an instant."""
    kept = [open_version(settings, name) for name in versions(settings)]
    found = [item for item in kept if item.created_at <= instant]
    if not found:
        first = f"the oldest is of {kept[0].created_at:%Y-%m-%d %H:%M}" if kept else "there are none"
        raise SnapshotError(f"no snapshot of {instant:%Y-%m-%d %H:%M} is kept; {first}")
    return found[-1]


def _instant(text: str) -> datetime:
    try:
        if len(text) == len("2026-01-31"):
            return datetime.combine(date.fromisoformat(text), time.max, UTC)
        found = datetime.fromisoformat(text)
    except ValueError:
        raise SnapshotError(
            f"{text!r} is no day, instant or kept snapshot; write 2026-01-31 or 2026-01-31T06:00"
        ) from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
