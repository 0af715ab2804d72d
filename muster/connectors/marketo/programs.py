"""Programs, through the asset API: the listing tells which changed, and these are asked for one by one.

The listing lacks dates, tags and costs; one program by its id has them ("Programs"). Between whole listings, made as
often as their calls allow, only what was updated is listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from muster.connectors.marketo import times
from muster.connectors.marketo.base import MarketoStream
from muster.connectors.marketo.instance import estimate_calls
from muster.connectors.marketo.pages import DELETED, gone, nothing, table_of
from muster.connectors.sync.stream import Chunk, Estimate, Position

PATH = "/rest/asset/v1/programs.json"
_PAGE = 200
#: What the vendor's page "Programs" shows; assets have no describe. Other members of an answer are kept as well.
_FIELDS = {
    "id": "integer",
    "name": "string",
    "description": "string",
    "createdAt": "datetime",
    "updatedAt": "datetime",
    "startDate": "datetime",
    "endDate": "datetime",
    "url": "string",
    "type": "string",
    "channel": "string",
    "folder": "object",
    "status": "string",
    "workspace": "string",
    "tags": "list",
    "costs": "list",
    "sfdcId": "string",
    "sfdcName": "string",
    "headStart": "boolean",
}
_COLUMNS = [*_FIELDS, DELETED]


class Programs(MarketoStream):
    """The stream of programs; one that a whole listing lacks is deleted."""

    name = "programs"

    def fields(self) -> Mapping[str, str]:
        return _FIELDS

    def estimate(self, position: Position | None) -> Estimate:
        count = len(self._api.assets(PATH)) if position is None else 0
        return estimate_calls(1 + count // _PAGE + count, "the listing of programs, and each one that changed")

    def read(self, position: Position | None) -> Iterator[Chunk]:
        state: dict[str, Any] = dict(position or {})
        now, last = self._api.now, times.read_or_none(state.get("listed"))
        known = self._known.latest(self.name, "id", "updatedAt")
        is_whole = self._instance.cadence.is_due(last, now, state.get("calls", 0))
        if is_whole:
            listed = self._api.assets(PATH)
        else:
            span = {"earliestUpdatedAt": times.written(times.read(state["at"]) - self._instance.overlap)}
            listed = self._api.assets(PATH, {**span, "latestUpdatedAt": times.written(now)})
        for each in listed:
            if known.get(str(each["id"])) != each.get("updatedAt"):
                found = self._api.ask(f"/rest/asset/v1/program/{each['id']}.json").records
                yield Chunk(table_of([{**each, **program} for program in found], _COLUMNS), dict(state) or None)
        if is_whole:
            there = {str(each["id"]) for each in listed}
            yield Chunk(gone([{"id": each} for each in known if each not in there], _COLUMNS))
            state |= {"listed": times.written(now), "calls": 1 + len(listed) // _PAGE}
        yield Chunk(nothing(_COLUMNS), {**state, "at": times.written(now)})
