"""Calls, e-mails, meetings, notes and tasks: five object types in one stream, with the records they are about.

A listing tells these by its `associations`; a search does not, so they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import pyarrow as pa

from muster.connectors.hubspot.client import Account, Page, Record, Refusal
from muster.connectors.hubspot.pairs import associated
from muster.connectors.hubspot.records import Reading, Records
from muster.connectors.sync.stream import Chunk, Estimate, Position

TYPES = ("calls", "emails", "meetings", "notes", "tasks")
#: What activities are about, and the column that names them, as in HubSpot's own exports.
_ABOUT = {
    "contacts": "Associated Contact IDs",
    "companies": "Associated Company IDs",
    "deals": "Associated Deal IDs",
}


#: The column that tells the type, and bounds what a whole listing of it says.
_TYPE = "objectType"


class Activities:
    """The stream of all activities; its position holds one for each type."""

    name = "activities"
    version = "updatedAt"

    def __init__(self, account: Account, reading: Reading) -> None:
        self._account = account
        self._all = [_Activity(account, type_, reading) for type_ in TYPES]

    def fields(self) -> Mapping[str, str]:
        return {name: kind for each in self._types for name, kind in each.fields().items()}

    def estimate(self, position: Position | None) -> Estimate:
        told = [stream.estimate((position or {}).get(stream.name)) for stream in self._types]
        calls, seconds = sum(each.calls for each in told), sum(each.seconds for each in told)
        return Estimate(sum(each.rows or 0 for each in told), calls, seconds, "each kind in turn")

    def read(self, position: Position | None) -> Iterator[Chunk]:
        places = dict(position or {})
        for stream in self._types:
            for chunk in stream.read(places.get(stream.name)):
                places[stream.name] = chunk.position or places.get(stream.name)
                whole = None if chunk.whole is None else {_TYPE: stream.name}
                yield Chunk(chunk.table, chunk.position and dict(places), chunk.file, chunk.set_aside, whole)

    @property
    def _types(self) -> list[_Activity]:
        """The types that this account has; one without them is a rare account, or a test's."""
        return [each for each in self._all if each.is_there]


class _Activity(Records):
    """One type of activity."""

    @cached_property
    def is_there(self) -> bool:
        try:
            return bool(self._account.properties(self.name))
        except Refusal as refusal:
            if refusal.status in (400, 404):
                return False
            raise

    def _page(self, after: str | None, *, archived: bool) -> Page:
        return self._account.listed(self.name, self._asked, after, archived=archived, with_=",".join(_ABOUT))

    def _table(self, records: Sequence[Record]) -> pa.Table:
        told = [each.get("associations") or {} for each in records]
        return self._with(records, {to: [_ids(each.get(to)) for each in told] for to in _ABOUT})

    def _searched(self, records: Sequence[Record]) -> pa.Table:
        ids = [each["id"] for each in records]
        return self._with(records, {to: self._asked_for(to, ids) for to in _ABOUT})

    def _asked_for(self, to: str, ids: Sequence[str]) -> list[list[str]]:
        found: dict[str, list[str]] = {each: [] for each in ids}
        for record, each in associated(self._account, self.name, to, ids):
            found[record].append(str(each["toObjectId"]))
        return list(found.values())

    def _with(self, records: Sequence[Record], about: Mapping[str, Sequence[Sequence[str]]]) -> pa.Table:
        table = super()._table(records)
        for to, ids in about.items():
            cells = [";".join(sorted(set(each), key=int)) or None for each in ids]
            table = table.append_column(_ABOUT[to], pa.array(cells, pa.string()))
        return table.append_column(_TYPE, pa.repeat(pa.scalar(self.name), table.num_rows))


def _ids(told: Mapping[str, Any] | None) -> list[str]:
    return [str(each["id"]) for each in (told or {}).get("results", [])]
