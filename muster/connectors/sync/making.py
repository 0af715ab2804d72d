"""Makes lake rows of what a stream gave: of its records, and of those that are gone from a whole listing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC

import orjson
import pyarrow as pa

from muster.config.models import Source
from muster.connectors.discovery import ExportObject
from muster.connectors.exports.batch import Batch, SetAside
from muster.connectors.mapping import ColumnPlan, Inputs, plan_columns
from muster.connectors.rows import RowMaker
from muster.connectors.sync.stream import Stream
from muster.connectors.sync.writer import LiveWriter
from muster.connectors.vendors import VENDORS


class LiveRows:
    """The rows of one stream. Without a key the content of a row is its key, and equal rows are one: two readings of
    a row cannot be told from two equal rows. (Our decision.)"""

    def __init__(self, source: Source, stream: Stream, export: ExportObject) -> None:
        self._source, self._stream, self._export = source, stream, export
        self._vendor = VENDORS[source.type]
        self._plan: ColumnPlan | None = None
        self.warnings: dict[str, None] = {}

    def plan(self, columns: Iterable[str]) -> None:
        """Settle what becomes of the columns of the next rows."""
        known = self._export.known
        self._plan = plan_columns(list(columns), self._vendor, known, self._export.spec, self._stream.name)
        if known and known.referred and not self._plan.key:
            wanted = " or ".join("+".join(key) for key in known.keys)
            told = f"{self._stream.name} comes without {wanted}: its rows are keyed by their content and nothing can"
            self.warnings[f"{told} refer to them; name their key columns in sources.yml"] = None

    @property
    def version(self) -> str | None:
        """The lake's column that tells versions apart; None where the next rows have none."""
        return self._target((self._stream.version,)) if self._stream.version else None

    @property
    def keys(self) -> list[str]:
        """The lake's columns that make a row's key."""
        if self._plan is None:
            self.plan(self._stream.fields())
        found = (self._target(inputs) for inputs in (self._plan.key if self._plan else ()))
        return [target for target in found if target]

    def scope(self, whole: Mapping[str, str]) -> dict[str, str]:
        """A scope in the lake's columns."""
        return {self._target((column,)) or column: value for column, value in whole.items()}

    def ids(self, names: pa.Table) -> pa.Table:
        """The `_row_id`s of records that are named by the columns of their key."""
        plan = plan_columns(names.column_names, self._vendor, self._export.known, self._export.spec, self._stream.name)
        return pa.table({"_row_id": plan.row_ids(names)})

    def write(self, writer: LiveWriter, table: pa.Table, set_aside: Sequence[SetAside]) -> None:
        """Give the records to a load, numbered from 1; `plan` has been told the columns of the table."""
        if self._plan is None or not table.num_rows:
            lines = [each.line for each in set_aside]
            writer.set_aside(lines, [each.reason for each in set_aside], [each.raw for each in set_aside])
            return
        maker = RowMaker(
            self._source, self._export, self._vendor, self._plan, self._stream.name, writer.name, writer.moment, writer
        )
        lines = pa.arange(1, table.num_rows + 1)
        maker.take(Batch(table, lines, lambda positions: _as_json(table, positions), list(set_aside)))

    def deletions(self, writer: LiveWriter, gone: pa.Table, after: int) -> pa.Table:
        """Rows, numbered on from `after`, that say that records are gone: their ids and keys and nothing else."""
        count = gone.num_rows
        place = {
            "_source": self._source.name,
            "_instance": self._source.instance_id,
            "_type": self._vendor.label,
            "_object": self._export.object,
            "_file": self._stream.name,
            "_load": writer.name,
        }
        columns = {name: pa.repeat(pa.scalar(value), count) for name, value in place.items()}
        columns["_line"] = pa.arange(after + 1, after + count + 1)
        moment = writer.moment.astimezone(UTC).replace(tzinfo=None)
        columns["_loaded_at"] = pa.repeat(pa.scalar(moment, pa.timestamp("us")), count)
        columns["_row_id"] = gone["_row_id"]
        columns["_alias"] = pa.nulls(count, pa.string())
        columns["_deleted"] = pa.repeat(pa.scalar(True), count)
        keys = gone.drop_columns(["_row_id"])
        return pa.table([*columns.values(), *keys.columns], names=[*columns, *keys.column_names])

    def _target(self, inputs: Inputs) -> str | None:
        wanted = inputs[0].casefold()
        targets = self._plan.targets if self._plan else {}
        return next((name for name, own in targets.items() if wanted in map(str.casefold, own)), None)


def _as_json(table: pa.Table, positions: Sequence[int]) -> list[str]:
    return [orjson.dumps(record).decode() for record in table.take(pa.array(positions, pa.int64())).to_pylist()]
