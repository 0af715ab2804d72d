"""How the columns of one file become the columns of its lake rows: renamed, keyed, aliased, marked as deleted.

Works on whole columns. Names are compared without regard to case, as every reader of the lake does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from muster.config.models import SourceObject
from muster.connectors.vendor import Vendor, VendorObject
from muster.errors import SourceError

#: As a key: the row is its own key.
WHOLE_ROW = "*"
_TRUE = ("1", "true", "t", "yes", "y")

#: Columns of a file that fill one column of the lake, the first filled one winning.
Inputs = tuple[str, ...]


@dataclass(frozen=True)
class ColumnPlan:
    """What becomes of one file's columns; `targets` are the lake's columns.

    Without a `key` the content of a row is its key; `folding` says that equal rows are then one and the same.
    """

    targets: Mapping[str, Inputs]
    key: tuple[Inputs, ...]
    alias: tuple[Inputs, ...]
    deleted: tuple[Inputs, ...]
    folding: bool = False
    named_key: bool = False

    def renamed(self, table: pa.Table) -> pa.Table:
        columns = [_first_filled(table, inputs) for inputs in self.targets.values()]
        return pa.table(columns, names=list(self.targets)) if columns else table

    def row_ids(self, table: pa.Table) -> pa.Array:
        """The key columns joined with `|`, null where one of them is blank."""
        parts = [_first_filled(table, inputs) for inputs in self.key]
        if self.named_key:
            named = zip(self.key, parts, strict=True)
            parts = [pc.binary_join_element_wise(inputs[0].lower(), part, ":") for inputs, part in named]
        return _joined(parts, "emit_null")

    def aliases(self, table: pa.Table) -> pa.Array:
        """The alias columns joined with `|`, null where all are blank."""
        if not self.alias:
            return pa.nulls(table.num_rows, pa.string())
        joined = _joined([_first_filled(table, inputs) for inputs in self.alias], "replace")
        return pc.if_else(pc.equal(joined, "|" * (len(self.alias) - 1)), pa.scalar(None, pa.string()), joined)

    def deletions(self, table: pa.Table) -> pa.Array:
        """True where any marker is set: a flag is true, or a time of deletion is filled."""
        gone = pa.repeat(pa.scalar(False), table.num_rows)
        for inputs in self.deleted:
            marker = _first_filled(table, inputs)
            if inputs[0].lower().endswith("at"):
                marked = pc.is_valid(marker)
            else:
                marked = pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(marker)), pa.array(_TRUE))
            gone = pc.or_(gone, marked)
        return gone


def plan_columns(
    columns: Sequence[str], vendor: Vendor, known: VendorObject | None, spec: SourceObject | None, file: str
) -> ColumnPlan:
    """The plan for a file with these columns; SourceError where a configured key or alias column is not there."""
    renames = dict(spec.columns) if spec else {}
    targets = _targets(columns, known, renames)
    of_target = {target.casefold(): inputs for target, inputs in targets.items()}
    configured = list(spec.key) if spec else []
    folding = configured == [WHOLE_ROW]
    if folding:
        key: tuple[Inputs, ...] = ()
    elif configured:
        key = tuple(_named(configured, columns, "key", file))
    else:
        key = _own_key(known.keys if known else vendor.keys, of_target)
    alias = tuple(_named(spec.alias, columns, "alias", file)) if spec else ()
    deleted = tuple(of_target[name.casefold()] for name in vendor.deleted if name.casefold() in of_target)
    return ColumnPlan(targets, key, alias, deleted, folding, bool(known and known.named_key and not configured))


def _targets(columns: Sequence[str], known: VendorObject | None, renames: Mapping[str, str]) -> dict[str, Inputs]:
    """Lake column → file columns. Configured names come first, then the vendor's field names, then the headings."""
    there = {column.casefold(): column for column in columns}
    targets: dict[str, list[str]] = {}
    spelled: dict[str, str] = {}  # a target's name without regard to case → as it was first written
    for column, target in renames.items():
        if column.casefold() in there:
            name = spelled.setdefault(target.casefold(), target)
            targets.setdefault(name, []).append(there[column.casefold()])
    renamed = {column for inputs in targets.values() for column in inputs}
    for column in columns:
        if column in renamed:
            continue
        if column.casefold() in spelled:  # the file has a column of the target's own name: it comes last
            targets[spelled[column.casefold()]].append(column)
            continue
        field = known.field_of(column) if known else None
        taken = (
            field is None
            or field.casefold() in spelled
            or (field.casefold() in there and there[field.casefold()] != column)
        )
        name = column if taken or field is None else field
        spelled[name.casefold()] = name
        targets[name] = [column]
    return {name: tuple(inputs) for name, inputs in targets.items()}


def _own_key(candidates: Iterable[tuple[str, ...]], of_target: Mapping[str, Inputs]) -> tuple[Inputs, ...]:
    """The first of the vendor's keys whose columns are all there."""
    for candidate in candidates:
        if all(name.casefold() in of_target for name in candidate):
            return tuple(of_target[name.casefold()] for name in candidate)
    return ()


def _named(wanted: Iterable[str], columns: Sequence[str], setting: str, file: str) -> Iterator[Inputs]:
    there = {column.casefold(): column for column in columns}
    for name in wanted:
        if name.casefold() not in there:
            mend = f"correct '{setting}' in sources.yml or leave the file out"
            raise SourceError(f"{file} has no column '{name}'; {mend}")
        yield (there[name.casefold()],)


def _first_filled(table: pa.Table, inputs: Inputs) -> pa.ChunkedArray:
    columns = [table[name] for name in inputs]
    return columns[0] if len(columns) == 1 else pc.coalesce(*columns)


def _joined(columns: Sequence[pa.ChunkedArray], nulls: str) -> pa.Array:
    if len(columns) == 1:
        return columns[0]
    options = {"null_handling": nulls} | ({"null_replacement": ""} if nulls == "replace" else {})
    return pc.binary_join_element_wise(*columns, "|", **options)
