"""Writes one load, whole or not at all.

Both files of a load are written beside the tree, flushed to the disk and renamed in, the quarantine first: a load
is there from the moment its lake file is, and what a killed one left behind is swept away before the next.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from muster.durable import put
from muster.lake.layout import INCOMING, folder_of
from muster.lake.loads import METADATA_KEY, Load
from muster.settings import Settings

#: Rows at most in a row group; columns of text are wide.
ROW_GROUP = 128 << 10
_PARQUET = {"compression": "zstd", "store_schema": False}
QUARANTINE_SCHEMA = pa.schema(
    [
        ("_source", pa.string()),
        ("_object", pa.string()),
        ("_file", pa.string()),
        ("_line", pa.int64()),
        ("_load", pa.string()),
        ("_loaded_at", pa.timestamp("us")),
        ("_reason", pa.string()),
        ("_raw", pa.string()),
    ]
)


class LoadWriter:
    """A load in the making; leaving the context without `commit` leaves no trace of it."""

    def __init__(
        self, settings: Settings, vendor: str, object_: str, source: str, file: str, name: str, loaded_at: datetime
    ) -> None:
        self._lake = folder_of(settings.lake, vendor, object_, source) / f"{name}.parquet"
        self._quarantine = folder_of(settings.quarantine, vendor, object_, source) / f"{name}.parquet"
        self._lake_draft = _draft(settings.lake, source, object_) / f"{name}.parquet"
        self._quarantine_draft = _draft(settings.quarantine, source, object_) / f"{name}.parquet"
        moment = loaded_at.astimezone(UTC).replace(tzinfo=None)
        self._place = {"_source": source, "_object": object_, "_file": file, "_load": name, "_loaded_at": moment}
        self._rows: pq.ParquetWriter | None = None
        self._rejects: pq.ParquetWriter | None = None
        self.loaded = 0
        self.reasons: Counter[str] = Counter()

    @property
    def draft(self) -> Path:
        """The lake file while it is being written."""
        return self._lake_draft

    def write(self, table: pa.Table) -> None:
        """Appends rows; all tables of a load have one schema, and there is at least one, be it empty."""
        if self._rows is None:
            self._lake_draft.parent.mkdir(parents=True, exist_ok=True)
            self._rows = pq.ParquetWriter(self._lake_draft, table.schema, **_PARQUET)
        self._rows.write_table(table, row_group_size=ROW_GROUP)
        self.loaded += table.num_rows

    def set_aside(self, lines: Sequence[int], reasons: Sequence[str], raws: Sequence[str]) -> None:
        """Appends records to the quarantine."""
        if not lines:
            return
        if self._rejects is None:
            self._quarantine_draft.parent.mkdir(parents=True, exist_ok=True)
            self._rejects = pq.ParquetWriter(self._quarantine_draft, QUARANTINE_SCHEMA, compression="zstd")
        own = {"_line": lines, "_reason": reasons, "_raw": raws}
        columns = [own.get(name) or [self._place[name]] * len(lines) for name in QUARANTINE_SCHEMA.names]
        self._rejects.write_table(pa.table(columns, schema=QUARANTINE_SCHEMA))
        self.reasons.update(reasons)

    def rewrite(self, change: Callable[[pa.Table], pa.Table]) -> None:
        """Passes all rows written so far through a change that keeps their schema, in order, a row group at a time."""
        if self._rows is None:
            return
        self._rows.close()
        first = self._lake_draft.rename(self._lake_draft.with_suffix(".first"))
        with pq.ParquetFile(first) as written:
            self._rows = pq.ParquetWriter(self._lake_draft, written.schema_arrow, **_PARQUET)
            for group in range(written.num_row_groups):
                self._rows.write_table(change(written.read_row_group(group)))
        first.unlink()

    def commit(self, load: Load) -> Load:
        """Puts the load in its place; from here on it is in the lake."""
        if self._rows is None:
            raise RuntimeError("a load without a table")
        self._rows.add_key_value_metadata({METADATA_KEY: load.described()})
        self._close()
        if self._quarantine_draft.exists():
            _move_in(self._quarantine_draft, self._quarantine)
        _move_in(self._lake_draft, self._lake)
        return load

    def _close(self) -> None:
        for writer in (self._rows, self._rejects):
            if writer is not None:
                writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._close()
        for draft in (self._lake_draft, self._quarantine_draft):
            shutil.rmtree(draft.parent, ignore_errors=True)


def sweep(settings: Settings, vendor: str, object_: str, source: str) -> None:
    """Removes what killed loads left: drafts, and quarantine files whose load never came into the lake."""
    for root in (settings.lake, settings.quarantine):
        shutil.rmtree(_draft(root, source, object_), ignore_errors=True)
    there = {path.name for path in folder_of(settings.lake, vendor, object_, source).glob("*.parquet")}
    for path in folder_of(settings.quarantine, vendor, object_, source).glob("*.parquet"):
        if path.name not in there:
            path.unlink()


def _draft(root: Path, source: str, object_: str) -> Path:
    return root / INCOMING / source / object_


def _move_in(draft: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    put(draft, place)
