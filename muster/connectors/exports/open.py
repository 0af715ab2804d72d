"""Opens an export file by its kind, and takes a look into one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from muster.connectors.exports.batch import PLAIN, Export, Reading
from muster.connectors.exports.columnar import ParquetExport
from muster.connectors.exports.delimited import DelimitedExport
from muster.connectors.exports.documents import JsonExport
from muster.connectors.exports.formats import stem_and_format
from muster.connectors.exports.streams import zip_member
from muster.errors import SourceError


@dataclass(frozen=True)
class Sniffed:
    """A look into an export: its format, its columns as they stand in it, and its first rows as texts."""

    format: str
    columns: tuple[str, ...]
    rows: list[dict[str, str | None]]
    warnings: tuple[str, ...] = ()


def open_export(path: Path, reading: Reading = PLAIN, whole: bool = True) -> Export:
    """The reader for a file; raises SourceError where it is no export or cannot be read at all.

    Without `whole` only the beginning of the file decides on its encoding and columns.
    """
    form = stem_and_format(path.name)[1]
    if form == "zip":
        form = stem_and_format(zip_member(path))[1]
    if form == "csv":
        return DelimitedExport.open(path, reading, whole)
    if form in ("json", "ndjson"):
        return JsonExport.open(path, form, reading, whole)
    if form == "parquet":
        return ParquetExport(path)
    raise SourceError(f"{path.name} is in no format that is read here; give it as CSV, JSON, JSON lines or Parquet")


def sniff(path: Path, rows: int = 200, reading: Reading = PLAIN) -> Sniffed:
    """The columns and first rows of an export file, read no further than needed; errors as `open_export`."""
    export = open_export(path, reading, whole=False)
    found: list[dict[str, str | None]] = []
    for batch in export.batches():
        found += islice(batch.table.slice(0, rows).to_pylist(), rows - len(found))
        if len(found) >= rows:
            break
    return Sniffed(export.format, export.columns, found, export.warnings)
