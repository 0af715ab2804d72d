"""What the lake holds, read from the footers of its files and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from muster.config.models import Source
from muster.errors import SourceError
from muster.lake.layout import folder_of
from muster.settings import Settings

#: Key of our entry among a Parquet file's own metadata.
METADATA_KEY = b"muster"


@dataclass(frozen=True)
class Load:
    """One file, read once: what was read, and how many of its records went where (read = loaded + set_aside).

    `export` is the object as the user named it, `file` is relative to the source's path; `size` and `modified`
    (nanoseconds) are those of the file when it was read, `tag` the mark that its store gave the content, where there is
    one, `mapping` the first 8 hex digits of the hash of how.

    A `live` load holds what was new in one stretch of a stream: `file` is the stream's name, `sha256` that of the
    load's own time and place. `position` is where to read on once this load is there, `schema` the vendor's fields by
    type where they had changed since the load before, `versions` the least and greatest version among the rows, None
    where some row has none.
    """

    export: str
    file: str
    sha256: str
    mapping: str
    size: int
    modified: int
    loaded_at: str
    read: int
    loaded: int
    set_aside: int
    reasons: dict[str, int]
    warnings: tuple[str, ...]
    path: Path = Path()
    tag: str = ""
    live: bool = False
    position: dict[str, Any] | None = None
    schema: dict[str, str] | None = None
    versions: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        return self.path.stem

    def described(self) -> bytes:
        """This load as JSON, for the footer of its Parquet file."""
        fields = {key: value for key, value in vars(self).items() if key != "path"}
        return json.dumps(fields, ensure_ascii=False).encode()

    @classmethod
    def of(cls, path: Path) -> Load:
        """The load in a Parquet file of the lake; SourceError where the file is not one."""
        try:
            fields: dict[str, Any] = json.loads(pq.read_metadata(path).metadata[METADATA_KEY])
            versions = tuple(fields["versions"]) if fields.get("versions") else None
            return cls(**{**fields, "warnings": tuple(fields["warnings"]), "versions": versions}, path=path)
        except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
            raise SourceError(f"{path} is no load of this lake; move it out of the way") from error


def loads(settings: Settings, source: Source, object_: str = "*") -> list[Load]:
    """All loads of a source, or of one object of it, oldest first."""
    return [*newest_first(settings, source, object_)][::-1]


def newest_first(settings: Settings, source: Source, object_: str = "*") -> Iterator[Load]:
    """The same from the other end; a footer is read when its load is come to."""
    pattern = folder_of(Path(), source.type, object_, source.name) / "*.parquet"
    return map(Load.of, sorted(settings.lake.glob(pattern.as_posix()), key=lambda path: path.stem, reverse=True))


def newest_readings(all_loads: Iterable[Load]) -> list[Load]:
    """Of several readings of one content (after a change of the mapping) only the newest: what staging reads."""
    newest: dict[tuple[str, str], Load] = {}
    for load in sorted(all_loads, key=lambda each: each.name):
        newest[load.file, load.sha256] = load
    return list(newest.values())
