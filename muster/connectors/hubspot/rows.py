"""Pages of records in columns: a record's own members and its properties side by side, all text, blank as null."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from muster.connectors.exports.batch import without_blanks
from muster.connectors.hubspot.client import Record

#: What a record has besides properties. A property of the same name is left out: none that matters has one.
OWN = ("id", "createdAt", "updatedAt", "archived", "archivedAt")
_OWN = frozenset(name.casefold() for name in OWN)


def records_table(records: Sequence[Record], properties: Iterable[str]) -> pa.Table:
    """Records of the object endpoints, with a column for each of the properties that were asked for."""
    names = [name for name in properties if name.casefold() not in _OWN]
    members = pa.struct([(name, pa.string()) for name in names])
    shape = pa.struct([*((name, pa.string()) for name in OWN if name != "archived"), ("properties", members)])
    try:
        array = pa.array(records, shape)
    except (pa.ArrowTypeError, pa.ArrowInvalid):  # something is no text: as a rule nothing is but `archived`
        array = pa.array([_as_text(each) for each in records], shape)
    columns = dict(zip(shape.names, array.flatten(), strict=True))
    found = columns.pop("properties").flatten()
    for name in ("createdAt", "updatedAt", "archivedAt"):
        columns[name] = _comparable(columns[name])
    columns["archived"] = pa.array([str(bool(each.get("archived"))).lower() for each in records], pa.string())
    return without_blanks(pa.table([*columns.values(), *found], names=[*columns, *names]))


def plain_table(records: Sequence[Record], columns: Sequence[str]) -> pa.Table:
    """Records without properties: these columns, whatever else they have."""
    return without_blanks(
        pa.table({name: pa.array([text(each.get(name)) for each in records], pa.string()) for name in columns})
    )


def losers_table(merged: Iterable[str | None], but: Iterable[str] = ()) -> pa.Table:
    """Rows that say that records are gone because they were merged into others: `merged` are cells of
    `hs_merged_object_ids`."""
    lost = {each: None for cell in merged if cell for each in split(cell)}
    ids = [each for each in lost if each not in set(but)]
    return pa.table({"id": pa.array(ids, pa.string()), "archived": pa.array(["true"] * len(ids), pa.string())})


def split(cell: str) -> list[str]:
    """The ids of a cell that lists several, by semicolons."""
    return [each.strip() for each in cell.split(";") if each.strip()]


def text(value: Any) -> str | None:
    """A JSON value as the lake keeps it."""
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def _as_text(record: Record) -> Mapping[str, Any]:
    told: Mapping[str, Any] = record.get("properties") or {}
    own = {name: text(record.get(name)) for name in OWN}
    return {**own, "properties": {name: text(value) for name, value in told.items()}}


def _comparable(moments: pa.Array) -> pa.Array:
    """Moments with their milliseconds always written, so that they compare as text: `…:21Z` → `…:21.000Z`."""
    return pc.replace_substring_regex(moments, r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z$", r"\1.000Z")
