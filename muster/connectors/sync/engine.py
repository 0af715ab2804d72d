"""Brings one object of a live source up to date in the lake.

    position → stream.read → chunks → loads, each with the rows that are news and the position after them

Whatever ends it, what is in the lake is whole and the next run reads on from there.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from muster.config.models import Source
from muster.connectors.discovery import ExportObject
from muster.connectors.intake import LoadReport
from muster.connectors.sync.drift import SchemaChange, changes, schemas
from muster.connectors.sync.feed import Feed
from muster.connectors.sync.listings import Given
from muster.connectors.sync.objects import live_object
from muster.connectors.sync.positions import Standing, is_of, note, noted_streams, standing_of
from muster.connectors.sync.stream import Position, Stream
from muster.errors import SourceError
from muster.lake.layout import INCOMING
from muster.lake.loads import Load, loads
from muster.lake.writer import sweep
from muster.locks import exclusive
from muster.settings import Settings

#: A position that moved without rows is noted at most so often, in seconds.
NOTED_EVERY = 1.0


@dataclass(frozen=True)
class Progress:
    """How far a read has come: rows so far, of how many where the vendor counts, and what is being read.

    The first of a history is an estimate: `told` says what it will take.
    """

    rows: int
    total: int | None
    told: str
    is_estimate: bool = False


def sync(
    source: Source,
    stream: Stream,
    settings: Settings,
    now: datetime,
    progress: Callable[[Progress], None] | None = None,
) -> LoadReport:
    """Read a stream on from where the lake ends until it has caught up; tells what was new.

    A SourceError of the stream is raised again, saying whose it is; what came before it is in the lake. How many rows
    are to come is asked only of a history that is not yet read to its end, and only where someone wants to know.
    """
    export = live_object(source, stream.name)
    scratch = settings.lake / INCOMING / source.name / f"{export.object}.given"
    with exclusive(settings, f"intake-{source.name}"), Given(scratch) as given:
        sweep(settings, source.type, export.object, source.name)
        held = loads(settings, source, export.object)
        standing = standing_of(source, export, settings)
        feed = Feed(source, stream, export, settings, now, standing.position, held, given)
        run = _Run(source, stream, export, settings, feed, standing)
        try:
            run.see_fields([load for load in held if is_of(load, export)], now)
            run.read(progress)
        except SourceError as error:
            feed.commit()
            run.note()
            error.args = (f"{source.name}, {stream.name}: {error}", *error.args[1:])
            raise
        run.note(synced_at=now)
        return run.report()


def position_of(source: Source, name: str, settings: Settings) -> Position | None:
    """Where the stream of this name is read on from; None is the beginning of history."""
    return standing_of(source, live_object(source, name), settings).position


def last_synced(source: Source, name: str, settings: Settings) -> datetime | None:
    """When the stream of this name was last read to its end; None while that has never happened."""
    return standing_of(source, live_object(source, name), settings).synced_at


def schema_changes(source: Source, settings: Settings) -> list[SchemaChange]:
    """Fields of a live source that came, went or changed their type, oldest first."""
    held = [load for load in loads(settings, source) if load.live]
    found: list[SchemaChange] = []
    for name in dict.fromkeys([*(load.export for load in held), *noted_streams(source, settings)]):
        export = live_object(source, name)
        noted = standing_of(source, export, settings).schemas
        found += changes(source.name, name, schemas((load for load in held if load.export == name), noted))
    return sorted(found, key=lambda change: (change.at, change.object, change.field))


@dataclass
class _Run:
    """One read of one stream."""

    source: Source
    stream: Stream
    export: ExportObject
    settings: Settings
    feed: Feed
    standing: Standing

    def see_fields(self, held: list[Load], now: datetime) -> None:
        """Compare the vendor's fields with the last that were seen; where they changed, the next load tells them."""
        fields = dict(self.stream.fields())
        in_lake, seen = schemas(held, ()), schemas(held, self.standing.schemas)
        if fields and (not in_lake or in_lake[-1][1] != fields):
            self.feed.schema = fields
        if fields and (not seen or seen[-1][1] != fields):
            noted = (*self.standing.schemas, (now.isoformat(), fields))
            self.standing = replace(self.standing, schemas=noted)

    def read(self, progress: Callable[[Progress], None] | None) -> None:
        """From the standing to the end of the stream; positions that move without rows are noted on the way."""
        feed, begun = self.feed, self.standing.position
        estimate = self.stream.estimate(begun) if progress and self.standing.synced_at is None else None
        total = estimate.rows if estimate else None
        if progress and estimate:
            progress(Progress(0, total, estimate.told, is_estimate=True))
        noted, noted_at = begun, time.monotonic()
        for chunk in self.stream.read(begun):
            feed.take(chunk)
            if feed.is_settled and feed.position != noted and time.monotonic() - noted_at > NOTED_EVERY:
                self.note()
                noted, noted_at = feed.position, time.monotonic()
            if progress:
                progress(Progress(feed.read, total, chunk.file or self.stream.name))
        feed.commit()

    def note(self, synced_at: datetime | None = None) -> None:
        """Keep what no load tells: where to read on, and when the stream was read to its end."""
        self.standing = replace(
            self.standing,
            position=self.feed.position,
            after=self.feed.newest,
            synced_at=synced_at or self.standing.synced_at,
        )
        note(self.source, self.export, self.settings, self.standing)

    def report(self) -> LoadReport:
        taken = self.feed.taken
        reasons: Counter[str] = Counter()
        for load in taken:
            reasons.update(load.reasons)
        return LoadReport(
            source=self.source.name,
            name=self.export.name,
            object=self.export.object,
            files=tuple(dict.fromkeys(load.file for load in taken)),
            read=sum(load.read for load in taken),
            loaded=sum(load.loaded for load in taken),
            set_aside=reasons.total(),
            reasons=dict(reasons),
            warnings=self.feed.warnings,
            repeated=self.feed.repeated,
        )
