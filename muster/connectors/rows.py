"""Makes the lake's rows of one file: the mapped columns and, before them, where and when each row came from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from muster.config.models import Source
from muster.connectors.content import ContentIds, Numbering
from muster.connectors.discovery import ExportObject
from muster.connectors.exports.batch import Batch
from muster.connectors.mapping import ColumnPlan
from muster.connectors.vendor import Vendor
from muster.lake.writer import LoadWriter


class RowMaker:
    """Feeds a load with a file's batches, and sets aside the rows that have no key though they need one."""

    def __init__(
        self,
        source: Source,
        export: ExportObject,
        vendor: Vendor,
        plan: ColumnPlan,
        file: str,
        load: str,
        moment: datetime,
        writer: LoadWriter,
    ) -> None:
        self._plan, self._writer, self._file = plan, writer, file
        self._known = export.known
        self._must_be_keyed = bool(export.spec and export.spec.key) or bool(self._known and self._known.keyed)
        self._place = {
            "_source": source.name,
            "_instance": source.instance_id,
            "_type": vendor.label,
            "_object": export.object,
            "_file": file,
            "_load": load,
        }
        self._moment = pa.scalar(moment.astimezone(UTC).replace(tzinfo=None), pa.timestamp("us"))
        self._contents = ContentIds(writer.draft.with_suffix(".ids"))
        self._empty = True
        self.read = 0

    def take(self, batch: Batch) -> None:
        self.read += batch.table.num_rows + len(batch.set_aside)
        self._writer.set_aside(
            [each.line for each in batch.set_aside],
            [each.reason for each in batch.set_aside],
            [each.raw for each in batch.set_aside],
        )
        table, lines = batch.table, batch.lines
        ids = self._plan.row_ids(table) if self._plan.key else self._contents.of(table)
        if ids.null_count and self._must_be_keyed:
            table, lines, ids = self._without_keyless(batch, ids)
        elif ids.null_count:
            ids = pc.coalesce(ids, self._contents.of(table))
        self._write(table, lines, ids)

    def finish(self, columns: Sequence[str]) -> list[str]:
        """Ends the rows of a file with these columns; what is to be told about the whole of it."""
        if self._empty:
            nothing = pa.table([pa.array([], pa.string()) for _ in columns], names=list(columns))
            self._write(nothing, pa.array([], pa.int64()), pa.array([], pa.string()))
        repeated = self._contents.repeated()
        if repeated and not self._plan.folding:
            self._writer.rewrite(Numbering(repeated))
        if self._known and self._known.referred and not self._plan.key and not self._plan.folding:
            wanted = " or ".join("+".join(key) for key in self._known.keys)
            return [
                f"{self._file} has no column {wanted}: its rows are keyed by their content and nothing can refer to"
                " them; name their key columns in sources.yml"
            ]
        return []

    def _without_keyless(self, batch: Batch, ids: pa.Array) -> tuple[pa.Table, pa.Array, pa.Array]:
        """The rows that have a key; the others go to the quarantine."""
        keyed = pc.is_valid(ids)
        lost = pc.indices_nonzero(pc.invert(keyed)).to_pylist()
        lines = [batch.lines[position].as_py() for position in lost]
        reason = f"blank key: {', '.join(inputs[0] for inputs in self._plan.key)}"
        self._writer.set_aside(lines, [reason] * len(lost), batch.raw(lost))
        return batch.table.filter(keyed), batch.lines.filter(keyed), ids.filter(keyed)

    def _write(self, table: pa.Table, lines: pa.Array, ids: pa.Array) -> None:
        rows = table.num_rows
        columns: dict[str, pa.Array] = {name: pa.repeat(pa.scalar(value), rows) for name, value in self._place.items()}
        columns["_line"] = lines
        columns["_loaded_at"] = pa.repeat(self._moment, rows)
        columns["_row_id"] = ids
        columns["_alias"] = self._plan.aliases(table)
        columns["_deleted"] = self._plan.deletions(table)
        data = self._plan.renamed(table)
        self._writer.write(pa.table([*columns.values(), *data.columns], names=[*columns, *data.column_names]))
        self._empty = False
