"""From the chunks of a stream to loads of the lake, each whole and with the position to read on from."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pyarrow as pa

from muster.config.models import Source
from muster.connectors.discovery import ExportObject
from muster.connectors.sync.buffer import Buffer
from muster.connectors.sync.listings import NOTHING, Given, gone
from muster.connectors.sync.making import LiveRows
from muster.connectors.sync.objects import mapping_of
from muster.connectors.sync.positions import is_of
from muster.connectors.sync.stream import Chunk, Position, Stream
from muster.connectors.sync.writer import LiveWriter
from muster.lake.layout import load_name
from muster.lake.loads import Load
from muster.settings import Settings

#: A load is also made when so many seconds have passed since the last: a slow read loses no more by a kill.
SECONDS = 60.0
_DAMAGED = "some records could not be read, so what is missing from a whole listing is not taken as deleted"


class Feed:
    """One run over one stream. `held` are the loads of the object, oldest first.

    `taken` are the loads made of it, `read` counts records and `repeated` those that the lake had already; `schema`,
    once set, goes into the next load's footer.
    """

    def __init__(
        self,
        source: Source,
        stream: Stream,
        export: ExportObject,
        settings: Settings,
        now: datetime,
        position: Position | None,
        held: Sequence[Load],
        given: Given,
    ) -> None:
        self._source, self._stream, self._export, self._settings = source, stream, export, settings
        self._held = [each for each in held if is_of(each, export)]
        self._exported = [each for each in held if not each.live and each.export.casefold() == export.name.casefold()]
        newest = max((datetime.fromisoformat(each.loaded_at) for each in held), default=now - timedelta(seconds=1))
        self._moment = max(now, newest + timedelta(microseconds=1))  # what is read later is newer, whatever the clock
        self._rows = LiveRows(source, stream, export)
        self._buffer = Buffer(stream.name, position)
        self._given = given
        self._damaged = False
        self._warnings: dict[str, None] = {}
        self._last = time.monotonic()
        self.schema: Mapping[str, str] | None = None
        self.taken: list[Load] = []
        self.read = 0
        self.repeated = 0

    @property
    def position(self) -> Position | None:
        """Where to read on once all that was taken is in the lake."""
        return self._buffer.position

    @property
    def is_settled(self) -> bool:
        """Whether all that was taken is in the lake."""
        return self._buffer.is_empty

    @property
    def newest(self) -> str:
        """The name of the stream's newest load, blank where there is none."""
        return self._held[-1].name if self._held else ""

    @property
    def warnings(self) -> tuple[str, ...]:
        return (*self._rows.warnings, *self._warnings, *getattr(self._stream, "warnings", ()))

    def take(self, chunk: Chunk) -> None:
        if chunk.names_only:
            self._given.add(self._rows.ids(chunk.table))
            chunk = replace(chunk, table=chunk.table.slice(0, 0))
        self._buffer.add(chunk)
        self.read += chunk.table.num_rows + len(chunk.set_aside)
        is_due = chunk.position is not None and time.monotonic() - self._last > SECONDS
        if self._buffer.is_full or is_due:
            self.commit()

    def commit(self) -> None:
        """Bring what was taken into the lake; no load where nothing of it is news."""
        self._last = time.monotonic()
        if self._buffer.is_empty:
            return
        table = self._buffer.table()
        if table.num_rows:
            self._rows.plan(table.column_names)
        sha256 = self._digest()
        with self._writer(load_name(self._moment, sha256, mapping_of(self._export))) as writer:
            self._rows.write(writer, table, self._buffer.set_aside)
            self._damaged = self._damaged or writer.is_damaged
            missing = self._missing(writer)
            if missing.num_rows or (writer.is_news and not table.num_rows):  # a load has a table, be it empty
                writer.write_deletions(self._rows.deletions(writer, missing, after=table.num_rows))
            if writer.is_news:
                self._put(writer.commit(self._described(writer, sha256)))
            self._given.add(writer.repeats)
            self.repeated += writer.repeated
        self._buffer.clear()

    def _digest(self) -> str:
        """A live load's own, so that no two readings pass for one."""
        told = (self._source.name, self._export.object, self._stream.name, self._moment.isoformat())
        return hashlib.sha256("/".join(told).encode()).hexdigest()

    def _writer(self, name: str) -> LiveWriter:
        return LiveWriter(
            self._settings, self._source, self._export, name, self._moment, self._held, self._rows.version,
            self._buffer.files_of,
        )  # fmt: skip

    def _missing(self, writer: LiveWriter) -> pa.Table:
        """Ids and keys of the records that whole listings did not name any more."""
        if not self._buffer.whole:
            return NOTHING
        if self._damaged:
            self._warnings[f"{self._stream.name}: {_DAMAGED}"] = None
            return NOTHING
        keys = self._rows.keys
        scopes = [self._rows.scope(whole) for whole in self._buffer.whole]
        given = [*self._given.files, *(load.path for load in self.taken)]
        return gone([*self._exported, *self._held], given, writer.given, scopes, keys)

    def _described(self, writer: LiveWriter, sha256: str) -> Load:
        set_aside = writer.reasons.total()
        return Load(
            export=self._stream.name,
            file=self._stream.name,
            sha256=sha256,
            mapping=mapping_of(self._export),
            size=0,
            modified=0,
            loaded_at=self._moment.isoformat(),
            read=writer.loaded + set_aside,
            loaded=writer.loaded,
            set_aside=set_aside,
            reasons=dict(writer.reasons),
            warnings=self.warnings,
            live=True,
            position=None if self.position is None else dict(self.position),
            schema=None if self.schema is None else dict(self.schema),
            versions=writer.versions,
        )

    def _put(self, load: Load) -> None:
        self.schema = None
        self.taken.append(load)
        self._held.append(load)
        self._moment += timedelta(microseconds=1)
