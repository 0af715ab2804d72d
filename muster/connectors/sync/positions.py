"""Where each stream is read on from.

The truth is in the lake: a load's footer says where to read on, so that rows and position arrive in one rename.
`<data>/positions/<source>/<object>.json` only adds what brought no rows: a later position, when the stream was last
read to its end, and fields that changed meanwhile. It counts as long as the load it was written after is the newest;
lost, it costs some reading again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from muster.config.models import Source
from muster.connectors.discovery import ExportObject
from muster.connectors.sync.drift import Seen
from muster.connectors.sync.objects import mapping_of
from muster.connectors.sync.stream import Position
from muster.connectors.vendor import slug
from muster.durable import write_whole
from muster.lake.loads import Load, newest_first
from muster.settings import Settings


@dataclass(frozen=True)
class Standing:
    """How far a stream has been read; `after` names the newest load of it, `schemas` are of times without rows."""

    position: Position | None = None
    synced_at: datetime | None = None
    after: str = ""
    schemas: tuple[Seen, ...] = ()


def is_of(load: Load, export: ExportObject) -> bool:
    """Whether a load is of this stream; several may share a folder of the lake."""
    return load.live and load.export == export.name


def standing_of(source: Source, export: ExportObject, settings: Settings) -> Standing:
    """Where the stream stands; at the beginning where its columns are to be named or keyed in another way now."""
    held = newest_first(settings, source, export.object)
    newest = next((each for each in held if is_of(each, export)), None)
    noted = _noted(source, export, settings)
    if newest is None:
        return noted if not noted.after else Standing(schemas=noted.schemas)
    if noted.after == newest.name:
        return noted
    known = noted if (newest.path.parent / f"{noted.after}.parquet").exists() else Standing()
    position = newest.position if newest.mapping == mapping_of(export) else None
    return replace(known, position=position, after=newest.name, schemas=noted.schemas)


def note(source: Source, export: ExportObject, settings: Settings, standing: Standing) -> None:
    """Keep a standing that no load tells."""
    told = {
        "stream": export.name,
        "after": standing.after,
        "mapping": mapping_of(export),
        "position": standing.position,
        "synced_at": standing.synced_at.astimezone(UTC).isoformat() if standing.synced_at else None,
        "schemas": standing.schemas,
    }
    write_whole(_place(source, export, settings), orjson.dumps(told))


def noted_streams(source: Source, settings: Settings) -> list[str]:
    """The names of the streams of a source that have been read."""
    notes = sorted((settings.data / "positions" / source.name).glob("*.json"))
    return [str(told["stream"]) for told in map(_told, notes) if "stream" in told]


def _noted(source: Source, export: ExportObject, settings: Settings) -> Standing:
    told = _told(_place(source, export, settings))
    try:
        schemas = tuple((at, what) for at, what in told["schemas"])
        if (told["stream"], told["mapping"]) != (export.name, mapping_of(export)):
            return Standing(schemas=schemas)
        synced_at = datetime.fromisoformat(told["synced_at"]) if told["synced_at"] else None
        return Standing(told["position"], synced_at, told["after"], schemas)
    except (ValueError, KeyError, TypeError):
        return Standing()


def _told(path: Path) -> dict[str, Any]:
    try:
        told = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _place(source: Source, export: ExportObject, settings: Settings) -> Path:
    return settings.data / "positions" / source.name / f"{slug(export.name)}.json"
