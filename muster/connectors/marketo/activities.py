"""Activities of all types: what is kept of them by bulk extract, then by paging token, ten types a call.

An activity never changes; extracts and answers of the API show the same ones, which are known by `marketoGUID`. Their
attributes come in two forms and are kept in that of extracts: one JSON object. Deletions of leads are activities too,
told only by a listing of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from muster.connectors.marketo import times
from muster.connectors.marketo.api import Record
from muster.connectors.marketo.base import MarketoStream
from muster.connectors.marketo.feed import ACTIVITIES, DELETED_LEADS, TYPES, State, attributes_of, since
from muster.connectors.marketo.instance import estimate_calls
from muster.connectors.marketo.pages import nothing, table_of
from muster.connectors.marketo.plans import Windows
from muster.connectors.sync.stream import Chunk, Estimate, Position

_FIELDS = {
    "marketoGUID": "string",
    "leadId": "integer",
    "activityDate": "datetime",
    "activityTypeId": "integer",
    "campaignId": "integer",
    "primaryAttributeValueId": "integer",
    "primaryAttributeValue": "string",
    "attributes": "json",
}
_COLUMNS = list(_FIELDS)
#: After so long without reading, extracts bring what is missing with fewer calls. (Our decision.)
_GAP = timedelta(days=7)


class Activities(MarketoStream):
    """The stream of activities."""

    name = "activities"
    version = "activityDate"

    def fields(self) -> Mapping[str, str]:
        """The columns, and the attributes of each type: `Visit Webpage: Webpage URL`."""
        types = self._instance.descriptions.activity_types
        attributes = {f"{each.name}: {name}": kind for each in types for name, kind in each.attributes.items()}
        return {**_FIELDS, **attributes}

    def estimate(self, position: Position | None) -> Estimate:
        if position is None or "feeds" not in position:
            plan = self._plan(position or {"begun": since(self._api.now)})
            return self._instance.estimate_pieces(plan.left, f"from {plan.next:%Y-%m-%d}")
        return estimate_calls(2 + len(position["feeds"]), "since the last time")

    def read(self, position: Position | None) -> Iterator[Chunk]:
        now = self._api.now
        state: dict[str, Any] = dict(position or {"begun": self._instance.feeds.start()})
        if "feeds" in state and now - _oldest(state["feeds"]) > _GAP:
            start = _oldest(state["feeds"]) - self._instance.overlap
            begun = self._instance.feeds.start()
            state = {"begun": begun, "from": times.written(start), "deleted": state["deleted"]}
        if "feeds" not in state:
            yield from self._history(state)
        yield from self._deletions(state)
        yield from self._present(state)

    def _plan(self, state: Mapping[str, Any]) -> Windows:
        if "history" in state:
            return Windows.of(state["history"]["plan"], self._instance.target)
        start = times.read(state["from"]) if "from" in state else self._instance.beginning
        return self._instance.windows("createdAt", start, times.read(state["begun"]["at"]))

    def _history(self, state: dict[str, Any]) -> Iterator[Chunk]:
        plan = self._plan(state)
        state.setdefault("deleted", since(plan.next))
        told = state.pop("history", None)
        history = self.history("activities", plan, (), _COLUMNS, told)
        yield from history.read(lambda left: {**state, "history": left})
        begun = state.pop("begun")
        state.pop("from", None)
        state["feeds"] = _grouped([each.id for each in self._instance.descriptions.activity_types], begun)
        yield Chunk(nothing(_COLUMNS), dict(state))

    def _deletions(self, state: dict[str, Any]) -> Iterator[Chunk]:
        for records, after in self._instance.feeds.read(DELETED_LEADS, (), state["deleted"]):
            state["deleted"] = after
            yield Chunk(table_of_activities(records), dict(state), "rest/deletedleads")

    def _present(self, state: dict[str, Any]) -> Iterator[Chunk]:
        feeds, reading = self._feeds_of_now(state["feeds"]), self._instance.feeds
        for place, feed in enumerate(feeds):
            for records, after in reading.read(ACTIVITIES, feed["types"], feed):
                feeds[place] = {"types": feed["types"], **after}
                state["feeds"] = list(feeds)
                yield Chunk(table_of_activities(records), dict(state), "rest/activities")

    def _feeds_of_now(self, feeds: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The feeds without types that the instance has no more, and with those that are new since the last read."""
        types = [each.id for each in self._instance.descriptions.activity_types]
        known = {each for feed in feeds for each in feed["types"]}
        kept = [{**feed, "types": [each for each in feed["types"] if each in types]} for feed in feeds]
        fresh = [each for each in types if each not in known]
        begun = since(_oldest(feeds) if feeds else self._api.now)
        return [feed for feed in kept if feed["types"]] + _grouped(fresh, begun)


def table_of_activities(records: Sequence[Record]) -> pa.Table:
    """Activities as extracts show them; `id` is kept only of those that have no `marketoGUID`."""
    plain = [{**each, "attributes": attributes_of(each)} for each in records]
    for each in plain:
        if each.get("marketoGUID"):
            each.pop("id", None)
    return table_of(plain, _COLUMNS)


def _grouped(types: Sequence[int], begun: State) -> list[dict[str, Any]]:
    return [{"types": list(types[start : start + TYPES]), **begun} for start in range(0, len(types), TYPES)]


def _oldest(feeds: Sequence[Mapping[str, Any]]) -> datetime:
    return min(times.read(feed["at"]) for feed in feeds)
