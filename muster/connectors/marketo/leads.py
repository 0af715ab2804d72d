"""Leads: all of them by bulk extract, then those that the activities name, and now and then what no activity tells.

history   extracts by createdAt, from the beginning to now
changes   activities that change a lead → its id → the lead as it is now; merged leads are deleted
deleted   the listing of deleted leads
sweep     what changed since the last one, by the updatedAt filter of extracts where the subscription has it;
          else, and after more days than deletions are told of, all known leads by their ids
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from muster.connectors.http.errors import QuotaSpent
from muster.connectors.marketo import times
from muster.connectors.marketo.api import BATCH, Record
from muster.connectors.marketo.base import MarketoStream
from muster.connectors.marketo.feed import ACTIVITIES, DELETED_LEADS, attributes_of
from muster.connectors.marketo.instance import Instance, estimate_calls, is_over
from muster.connectors.marketo.pages import DELETED, gone, nothing, table_of
from muster.connectors.marketo.plans import Windows
from muster.connectors.marketo.refusals import Refused, unknown_field
from muster.connectors.sync.stream import Chunk, Estimate, Position

DESCRIBE = "/rest/v1/leads/describe2.json"
_LEADS = "/rest/v1/leads.json"
_MERGED = "Merge Leads"
#: Activities after which a lead is not what it was: ten, as many as one call takes.
_CHANGING = (
    "New Lead",
    "Change Data Value",
    _MERGED,
    "Change Score",
    "Change Owner",
    "Change Lead Partition",
    "Change Revenue Stage",
    "Change Revenue Stage Manually",
    "Convert Lead",
    "Push Lead to Marketo",
)
#: Leads that are gathered from the activities before they are asked for.
_GATHERED = 10 * BATCH
#: How often to sweep, and how far back beyond the last one. (Our decision; the day's overlap is what others use.)
_SWEEP, _OVERLAP = timedelta(hours=20), timedelta(days=1)
#: Deletions of more than 14 days ago may not be told of any more.
_TOLD = timedelta(days=13)


class Leads(MarketoStream):
    """The stream of leads, with all fields that describe names, custom ones too."""

    name = "leads"

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self._unknown: set[str] = set()

    def fields(self) -> Mapping[str, str]:
        return self._instance.descriptions.of(DESCRIBE).fields

    @property
    def _columns(self) -> list[str]:
        return [*self.fields(), DELETED]

    def estimate(self, position: Position | None) -> Estimate:
        if position is None or "history" in position:
            plan = self._plan(position)
            return self._instance.estimate_pieces(plan.left, f"from {plan.next:%Y-%m-%d}")
        return estimate_calls(10, "what changed")

    def read(self, position: Position | None) -> Iterator[Chunk]:
        state: dict[str, Any] = dict(position or {"begun": self._instance.feeds.start()})
        if "changes" not in state:
            yield from self._history(state)
        yield from self._deletions(state)
        yield from self._changes(state)
        yield from self._sweep(state)

    def _plan(self, position: Mapping[str, Any] | None) -> Windows:
        if position and "history" in position:
            return Windows.of(position["history"]["plan"], self._instance.target)
        began = times.read(position["begun"]["at"]) if position else self._api.now
        return self._instance.windows("createdAt", self._instance.beginning, began)

    def _history(self, state: dict[str, Any]) -> Iterator[Chunk]:
        plan, fields = self._plan(state), list(self.fields())
        told = state.pop("history", None)
        history = self.history("leads", plan, fields, self._columns, told)
        yield from history.read(lambda left: {**state, "history": left})
        begun = state.pop("begun")
        state |= {"changes": begun, "deleted": begun, "swept": begun["at"]}
        yield self._moved(state)

    def _changes(self, state: dict[str, Any]) -> Iterator[Chunk]:
        types = self._instance.descriptions.types_named(*_CHANGING)
        merging = self._instance.descriptions.types_named(_MERGED)
        if not types:
            return  # the sweep finds what changed
        changed: dict[str, None] = {}
        lost: dict[str, None] = {}
        for records, after in self._instance.feeds.read(ACTIVITIES, types, state["changes"]):
            for activity in records:
                changed[str(activity["leadId"])] = None
                if activity["activityTypeId"] in merging:
                    lost.update(dict.fromkeys(merged_ids(activity)))
            if len(changed) < _GATHERED and "began" in after:
                continue
            yield Chunk(gone([{"id": each} for each in lost], self._columns), file="rest/activities")
            yield from self._now([each for each in changed if each not in lost])
            state["changes"] = after
            yield self._moved(state)
            changed.clear()
            lost.clear()

    def _now(self, ids: Sequence[str]) -> Iterator[Chunk]:
        """Leads as they are now; those that are gone meanwhile are left out."""
        for start in range(0, len(ids), BATCH):
            found = self._asked(ids[start : start + BATCH])
            yield Chunk(table_of(found, self._columns), file="rest/leads")

    def _asked(self, ids: Sequence[str]) -> Sequence[Record]:
        while True:
            fields = [name for name in self.fields() if name not in self._unknown]
            try:
                asked = {"filterType": "id", "filterValues": list(ids), "fields": fields, "batchSize": BATCH}
                return self._api.ask(_LEADS, asked).records
            except Refused as refused:
                unknown = unknown_field(refused, fields)
                if not unknown:
                    raise
                self._unknown.add(unknown)
                self.warn(f"leads have no field '{unknown}', though describe names it")

    def _deletions(self, state: dict[str, Any]) -> Iterator[Chunk]:
        if is_over(state["deleted"]["at"], self._api.now, _TOLD):
            state.setdefault("recount", {"after": 0, "began": times.written(self._api.now)})
        for records, after in self._instance.feeds.read(DELETED_LEADS, (), state["deleted"]):
            state["deleted"] = after
            rows = gone([{"id": each["leadId"]} for each in records], self._columns)
            yield Chunk(rows, dict(state), "rest/deletedleads")

    def _sweep(self, state: dict[str, Any]) -> Iterator[Chunk]:
        now = self._api.now
        is_due = is_over(state["swept"], now, _SWEEP)
        if "sweep" in state or (is_due and "recount" not in state and "unfiltered" not in state):
            state.setdefault("sweep", {"began": times.written(now)})
            try:
                yield from self._by_filter(state)
            except QuotaSpent as spent:
                self.warn(f"what no activity tells of leads is looked for later: {spent}")
            except Refused as refused:
                if refused.code != "1035":
                    raise
                state.pop("sweep")
                state["unfiltered"] = True
        if is_due and "unfiltered" in state:
            calls = self._known.count(self.name) // BATCH
            if self._instance.cadence.is_due(times.read(state["swept"]), now, calls):
                state.setdefault("recount", {"after": 0, "began": times.written(now)})
        if "recount" in state:
            yield from self._recount(state)

    def _by_filter(self, state: dict[str, Any]) -> Iterator[Chunk]:
        sweep = dict(state["sweep"])
        start, end = times.read(state["swept"]) - _OVERLAP, times.read(sweep["began"])
        told = sweep.get("history")
        target = self._instance.target
        plan = Windows.of(told["plan"], target) if told else Windows("updatedAt", start, end, target)
        history = self.history("leads", plan, list(self.fields()), self._columns, told)
        yield from history.read(lambda left: {**state, "sweep": {**sweep, "history": left}})
        state.pop("sweep")
        state["swept"] = sweep["began"]
        yield self._moved(state)

    def _recount(self, state: dict[str, Any]) -> Iterator[Chunk]:
        """All leads that the lake knows, by their ids; what is not there any more is deleted."""
        count = dict(state["recount"])
        for ids in self._known.ids([(self.name, "id")], count["after"], BATCH):
            found = self._asked(ids)
            there = {str(each["id"]) for each in found}
            yield Chunk(table_of(found, self._columns), file="rest/leads")
            state["recount"] = count = {**count, "after": int(ids[-1])}
            yield Chunk(gone([{"id": each} for each in ids if each not in there], self._columns), dict(state))
        state.pop("recount")
        state["swept"] = count["began"]
        yield self._moved(state)

    def _moved(self, state: Mapping[str, Any]) -> Chunk:
        return Chunk(nothing(self._columns), dict(state))


def merged_ids(activity: Record) -> Iterable[str]:
    """The leads that were merged away, by the activity of the one that stayed."""
    return re.findall(r"\d+", str(attributes_of(activity).get("Merge IDs", "")))
