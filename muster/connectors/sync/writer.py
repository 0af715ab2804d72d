"""Writes one load of a stream: only what is news to the lake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from muster import sql
from muster.config.models import Source
from muster.connectors.discovery import ExportObject
from muster.connectors.sync.held import scan
from muster.connectors.sync.listings import NOTHING
from muster.connectors.sync.repeats import bounds, no_news
from muster.lake.layout import folder_of
from muster.lake.loads import Load
from muster.lake.writer import LoadWriter
from muster.settings import Settings

T = TypeVar("T")


class LiveWriter(LoadWriter):
    """A load of rows that the lake's loads of the same stream do not have.

    `files_of` names the answers that rows came in, by their line numbers. `given` are the ids of all rows that were
    to be written, `repeats` of those that were no news; `repeated` counts these and records set aside before.
    """

    def __init__(
        self,
        settings: Settings,
        source: Source,
        export: ExportObject,
        name: str,
        moment: datetime,
        held: Sequence[Load],
        version: str | None,
        files_of: Callable[[pa.Array], pa.Array],
    ) -> None:
        super().__init__(settings, source.type, export.object, source.name, export.name, name, moment)
        self._held, self._version, self._files_of = held, version, files_of
        self._rejected = sorted(
            folder_of(settings.quarantine, source.type, export.object, source.name).glob("*.parquet")
        )
        self.name, self.moment = name, moment
        self._schema: pa.Schema | None = None
        self.given = self.repeats = NOTHING
        self.versions: tuple[str, str] | None = None
        self.repeated = 0
        self.is_damaged = False

    def write(self, table: pa.Table) -> None:
        """Appends the rows that are news, under the names of the answers they came in."""
        old = no_news(table, self._held, self._version)
        known = pc.is_in(table["_line"], old)
        news = table.filter(pc.invert(known)) if len(old) else table
        self.given = table.select(["_row_id"])
        self.repeats = self.given.filter(known)
        self.repeated += self.repeats.num_rows
        self.versions = bounds(news, self._version)
        files = self._files_of(news["_line"].combine_chunks())
        self._append(news.set_column(news.column_names.index("_file"), "_file", files))

    def write_deletions(self, table: pa.Table) -> None:
        """Appends rows, if any, that say that a record is gone; these have no version."""
        self.versions = None if table.num_rows else self.versions
        self._append(table)

    def set_aside(self, lines: Sequence[int], reasons: Sequence[str], raws: Sequence[str]) -> None:
        """Appends records to the quarantine that are not there yet with the same reason."""
        self.is_damaged = self.is_damaged or bool(lines)
        new = [not known for known in self._are_rejected(reasons, raws)]
        self.repeated += len(new) - sum(new)
        super().set_aside(_only(lines, new), _only(reasons, new), _only(raws, new))

    @property
    def is_news(self) -> bool:
        return bool(self.loaded or self.reasons)

    def commit(self, load: Load) -> Load:
        """Puts the load in its place; the load with its path."""
        return replace(super().commit(load), path=self._lake)

    def _append(self, table: pa.Table) -> None:
        self._schema = self._schema or table.schema
        super().write(_with_columns(table, self._schema))

    def _are_rejected(self, reasons: Sequence[str], raws: Sequence[str]) -> list[bool]:
        if not raws or not self._rejected:
            return [False] * len(raws)
        with sql.connect() as connection:
            connection.register("asked", pa.table({"_reason": reasons, "_raw": raws}))
            query = f"select distinct _reason, _raw from {scan(self._rejected)} semi join asked using (_reason, _raw)"
            known = set(connection.execute(query).fetchall())
        return [told in known for told in zip(reasons, raws, strict=True)]


def _only(values: Sequence[T], wanted: Iterable[bool]) -> list[T]:
    return [value for value, is_wanted in zip(values, wanted, strict=True) if is_wanted]


def _with_columns(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with the columns of a schema, null where it has none."""
    if table.schema == schema:
        return table
    own = dict(zip(table.column_names, table.columns, strict=True))
    columns = [own.get(field.name, pa.nulls(table.num_rows, field.type)) for field in schema]
    return pa.table(columns, schema=schema)
