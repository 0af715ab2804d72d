"""The activity log: written once, read in the order of writing.

Every change through the API is logged with the twin's time, as the vendor does: New Lead, Change Data Value, Add to and
Remove from List, Change Status in Progression, Merge Leads, Delete Lead. Entries of history keep the order of their
dates; what is logged later stands behind, whatever its date, so that a reader that holds a position misses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from muster.twins.marketo import times
from muster.twins.store import Store

OBJECT = "activities"
COLUMNS = (
    "marketoGUID", "leadId", "activityDate", "activityTypeId", "campaignId", "primaryAttributeValueId",
    "primaryAttributeValue", "attributes",
)  # fmt: skip
#: Numbers of own entries begin here; loaded ones may be anything.
_FIRST_NUMBER = 1_000_000


@dataclass(frozen=True)
class Entry:
    """Something that happened to a lead; attributes that are None or "" are left out."""

    lead: str
    type: int
    asset_id: str | None = None
    asset: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    date: str | None = None  # by default, now


class ActivityLog:
    """Appends to the object `activities`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._number: int | None = None
        store.define(OBJECT, (), columns=COLUMNS, indexed=False)

    def add(self, entries: Sequence[Entry]) -> list[str]:
        """Log these now; returns their marketoGUIDs."""
        if not entries:
            return []
        now = times.written(self._store.clock.now())
        with self._store.writing():
            numbers = self._take_numbers(len(entries))
            rows: dict[str, Iterable[str | None]] = {
                "marketoGUID": numbers,
                "leadId": [entry.lead for entry in entries],
                "activityDate": [entry.date or now for entry in entries],
                "activityTypeId": [str(entry.type) for entry in entries],
                "primaryAttributeValueId": [entry.asset_id for entry in entries],
                "primaryAttributeValue": [entry.asset for entry in entries],
                "attributes": [_json(entry.attributes) for entry in entries],
            }
            self._store.load(OBJECT, pa.table({name: pa.array(values, pa.string()) for name, values in rows.items()}))
        return numbers

    def load(self, table: pa.Table, at: datetime) -> int:
        """Take in loaded entries, in the order of their dates; ones that are there already are left out."""
        table = _without_empty(self._without_known(_in_order(table)))
        self._number = None
        return self._store.load(OBJECT, table, at=at) if table.num_rows else 0

    @property
    def end(self) -> int:
        """The place of the last entry."""
        return int(self._store.value(f"select coalesce(max(_seq), 0) from {OBJECT}"))

    def _without_known(self, table: pa.Table) -> pa.Table:
        """An entry never changes: one with a known marketoGUID was loaded before."""
        first = pc.min_max(table["activityDate"]).as_py() if table.num_rows else {"min": None, "max": None}
        known = self._store.query(f"select marketoGUID from {OBJECT} where activityDate between $min and $max", first)[
            "marketoGUID"
        ]
        if not len(known):
            return table
        return table.filter(pc.invert(pc.is_in(table["marketoGUID"], value_set=known.cast(pa.string()))))

    def _take_numbers(self, count: int) -> list[str]:
        if self._number is None:
            highest = f"select max(try_cast(marketoGUID as bigint)) from {OBJECT} where length(marketoGUID) < 13"
            self._number = max(_FIRST_NUMBER, self._store.value(highest) or 0)
        first, self._number = self._number + 1, self._number + count
        return [str(number) for number in range(first, first + count)]


def _json(attributes: Mapping[str, Any]) -> str:
    return orjson.dumps({name: value for name, value in attributes.items() if value not in (None, "")}).decode()


def _without_empty(table: pa.Table) -> pa.Table:
    """Attributes without a value are left out of an activity, wherever it is told."""
    if "attributes" not in table.column_names:
        return table
    texts = table["attributes"]
    some = pc.fill_null(pc.match_substring_regex(texts, r":\s*(null|\"\")\s*[,}]"), False)
    if not pc.any(some).as_py():
        return table
    cleaned = pa.array([_json(orjson.loads(text)) for text in texts.filter(some).to_pylist()], pa.string())
    column = pc.replace_with_mask(texts.combine_chunks(), some.combine_chunks(), cleaned)
    return table.set_column(table.column_names.index("attributes"), "attributes", column)


def _in_order(table: pa.Table) -> pa.Table:
    dates = table["activityDate"]
    sorted_already = table.num_rows < 2 or pc.all(pc.less_equal(dates[:-1], dates[1:])).as_py()
    return table if sorted_already else table.sort_by("activityDate")
