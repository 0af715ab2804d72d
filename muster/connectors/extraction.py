"""One way to take a source's records into the lake, whether they lie in files or are read live."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from muster.config.models import Source, SourcesFile
from muster.config.topology import reads
from muster.connectors.discovery import ExportObject, discover
from muster.connectors.intake import LoadReport, load
from muster.connectors.readers import live
from muster.connectors.sync.engine import Progress, sync
from muster.connectors.sync.objects import live_object
from muster.connectors.sync.stream import Reader, Stream
from muster.settings import Settings

#: Told while an object is taken: the object's name and how far it has come.
Told = Callable[[str, Progress], None]


def objects_of(source: Source, sources: SourcesFile, settings: Settings) -> list[ExportObject]:
    """The objects of a source, by name: those its files hold, or those its reader reads and no other brings in.

    Nothing is called for a live source. An absent folder of exports is a SourceError.
    """
    if source.connection is None:
        return discover(source, settings)
    return [live_object(source, name) for name in reads(source, sources, live(source).objects(source))]


@dataclass(frozen=True)
class Extraction:
    """A source, opened for one run; `take` brings one object up to date."""

    source: Source
    settings: Settings
    told: Told | None = None
    reader: Reader | None = None

    def take(self, item: ExportObject, now: datetime) -> LoadReport:
        """Load the files, or read on from where the lake ends; raises SourceError, with the good in the lake."""
        if self.reader is None:
            return load(self.source, item, self.settings, now, self._files_told(item))
        stream = self._streams.get(item.name)
        if stream is None:
            missing = f"{self.source.name} has no {item.name}, or hides it from this user; exclude it in sources.yml"
            return LoadReport(self.source.name, item.name, item.object, warnings=(missing,))
        return sync(self.source, stream, self.settings, now, self._live_told(item))

    @property
    def usage(self) -> Mapping[str, Any]:
        """Calls used and left of each of the vendor's limits; nothing for files."""
        return self.reader.usage() if self.reader else {}

    @property
    def _streams(self) -> Mapping[str, Stream]:
        return {stream.name: stream for stream in self.reader.streams} if self.reader else {}

    def _files_told(self, item: ExportObject) -> Callable[[str, int], None] | None:
        told = self.told
        return (lambda file, rows: told(item.name, Progress(rows, None, file))) if told else None

    def _live_told(self, item: ExportObject) -> Callable[[Progress], None] | None:
        told = self.told
        return (lambda progress: told(item.name, progress)) if told else None


@contextmanager
def extraction(source: Source, settings: Settings, told: Told | None = None) -> Iterator[Extraction]:
    """A source opened for taking its objects; a live one is connected once for all of them."""
    if source.connection is None:
        yield Extraction(source, settings, told)
        return
    reader = live(source).open(source, settings)
    try:
        yield Extraction(source, settings, told, reader)
    finally:
        reader.close()
