"""Which live sources are to be read now, by their `every` and by when they were last read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from muster.config.models import SourcesFile
from muster.connectors.extraction import objects_of
from muster.connectors.sync.engine import last_synced
from muster.settings import Settings


@dataclass(frozen=True)
class DueSource:
    """A source whose time has come; `run_key` is the same until it has been read."""

    source: str
    objects: tuple[str, ...]
    run_key: str


def due_sources(sources: SourcesFile, settings: Settings, now: datetime) -> list[DueSource]:
    """The sources that were last read `every` ago or longer, or never."""
    due = []
    for source in sources.sources:
        if source.connection is None or source.connection.every is None:
            continue
        names = tuple(item.name for item in objects_of(source, sources, settings))
        read = [last_synced(source, name, settings) for name in names]
        oldest = min((at or datetime.min.replace(tzinfo=UTC) for at in read), default=now)
        if now - oldest >= source.connection.every:
            slot = int(now.timestamp() // source.connection.every.total_seconds())
            due.append(DueSource(source.name, names, f"{source.name}:{slot}"))
    return due
