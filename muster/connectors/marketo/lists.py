"""Static lists and who is on them.

Lists are listed whole. A list's members are listed whole once, then as often as its calls allow; between that the
activities tell who was put on a list and who was taken off. A listing tells more than an activity before it, so such
activities change nothing: a lead that was deleted does not come back by the activity that once added it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import pyarrow as pa

from muster.connectors.marketo import times
from muster.connectors.marketo.api import BATCH, Record
from muster.connectors.marketo.base import MarketoStream
from muster.connectors.marketo.feed import ACTIVITIES, since
from muster.connectors.marketo.instance import estimate_calls
from muster.connectors.marketo.pages import DELETED, nothing, shaped, table_of
from muster.connectors.marketo.refusals import GONE, Refused
from muster.connectors.sync.stream import Chunk, Estimate, Position

_LISTS = "/rest/v1/lists.json"
_ADDED, _REMOVED = "Add to List", "Remove from List"
#: Pages of members that become one table.
_PAGES = 100
#: A listing tells at least of what happened so long before it: times are whole seconds.
_SURELY = timedelta(seconds=2)


class StaticLists(MarketoStream):
    """The stream of static lists; one that the listing lacks is deleted."""

    name = "static_lists"
    _FIELDS: Mapping[str, str] = {
        "id": "integer",
        "name": "string",
        "description": "string",
        "programName": "string",
        "workspaceName": "string",
        "createdAt": "datetime",
        "updatedAt": "datetime",
    }

    def fields(self) -> Mapping[str, str]:
        return self._FIELDS

    def estimate(self, position: Position | None) -> Estimate:
        return estimate_calls(1 + self._known.count(self.name) // BATCH, "the listing of lists")

    def read(self, position: Position | None) -> Iterator[Chunk]:
        state, now = position or {}, self._api.now
        if not self._instance.cadence.is_due(times.read_or_none(state.get("listed")), now, state.get("calls", 0)):
            return
        columns, calls = [*self._FIELDS, DELETED], 0
        for page in self._api.pages(_LISTS):
            calls += 1
            yield Chunk(table_of(page, columns))
        yield Chunk(nothing(columns), {"listed": times.written(now), "calls": calls}, whole={})


class StaticListMembers(MarketoStream):
    """The stream of memberships: `listId`, `leadId`, and `addedAt` as far as activities tell it."""

    name = "static_list_members"
    _FIELDS: Mapping[str, str] = {"listId": "integer", "leadId": "integer", "addedAt": "datetime"}
    _COLUMNS = (*_FIELDS, DELETED)

    def fields(self) -> Mapping[str, str]:
        return self._FIELDS

    def estimate(self, position: Position | None) -> Estimate:
        known = self._known
        calls = known.count(self.name) // BATCH + known.count("static_lists")
        return estimate_calls(2 + (calls if position is None else 0), "the members of each list")

    def read(self, position: Position | None) -> Iterator[Chunk]:
        now = self._api.now
        state: dict[str, Any] = dict(position or {"changes": since(now), "listed": {}})
        lists = {str(each["id"]): each for page in self._api.pages(_LISTS) for each in page}
        yield from self._vanished(state, lists)
        yield from self._changes(state)
        yield from self._listings(state, lists, now)

    def _changes(self, state: dict[str, Any]) -> Iterator[Chunk]:
        types = self._instance.descriptions.types_named(_ADDED, _REMOVED)
        removals = self._instance.descriptions.types_named(_REMOVED)
        if not types:
            return  # the listings tell
        for records, after in self._instance.feeds.read(ACTIVITIES, types, state["changes"]):
            rows: dict[tuple[str, str], Record] = {}
            for each in records:
                list_, lead = str(each.get("primaryAttributeValueId")), str(each["leadId"])
                listed = state["listed"].get(list_)
                if listed and times.read(each["activityDate"]) > times.read(listed["at"]):
                    gone = each["activityTypeId"] in removals
                    told = {DELETED: True} if gone else {"addedAt": each["activityDate"]}
                    rows.pop((list_, lead), None)
                    rows[list_, lead] = {"listId": list_, "leadId": lead, **told}
            state["changes"] = after
            yield Chunk(table_of(list(rows.values()), self._COLUMNS), dict(state), "rest/activities")

    def _listings(self, state: dict[str, Any], lists: Mapping[str, Record], now: datetime) -> Iterator[Chunk]:
        """Lists that are new, and all lists where it is time, the one that was listed longest ago first."""
        calls = sum(each["pages"] for each in state["listed"].values())
        adding = [str(each) for each in self._instance.descriptions.types_named(_ADDED)]
        logged = self._known.newest("activities")
        for list_ in sorted(lists, key=lambda each: state["listed"].get(each, {}).get("at", "")):
            before = state["listed"].get(list_, {})
            if not self._instance.cadence.is_due(times.read_or_none(before.get("at")), now, calls):
                continue
            at, members = times.written(self._api.now - _SURELY), 0
            added = self._known.added(list_, adding, before.get("logged", ""))
            try:
                for leads in self._leads(list_):
                    yield self._members(list_, leads, added)
                    members += len(leads)
            except Refused as refused:
                if refused.code not in GONE:
                    raise
                continue  # it was deleted after lists were listed
            told = {"at": at, "pages": 1 + members // BATCH, "logged": logged}
            state["listed"] = {**state["listed"], list_: told}
            yield Chunk(nothing(self._COLUMNS), dict(state), whole={"listId": list_})

    def _leads(self, list_: str) -> Iterator[list[Record]]:
        """The leads on a list, many pages at a time."""
        pages = self._api.pages(f"/rest/v1/lists/{list_}/leads.json", {"fields": ["id"]})
        while several := list(islice(pages, _PAGES)):
            yield [lead for page in several for lead in page]

    def _members(self, list_: str, leads: Sequence[Record], added: pa.Table) -> Chunk:
        rows = table_of([{"listId": list_, "leadId": each["id"]} for each in leads])
        if rows.num_rows and added.num_rows:
            rows = rows.join(added, "leadId", join_type="left outer")
        return Chunk(shaped(rows, self._COLUMNS), file=f"rest/lists/{list_}")

    def _vanished(self, state: dict[str, Any], lists: Mapping[str, Record]) -> Iterator[Chunk]:
        for list_ in [each for each in state["listed"] if each not in lists]:
            state["listed"] = {key: value for key, value in state["listed"].items() if key != list_}
            yield Chunk(nothing(self._COLUMNS), dict(state), whole={"listId": list_})
