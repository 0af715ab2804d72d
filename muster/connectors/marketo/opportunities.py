"""Opportunities and their contact roles: no call lists them, so they are asked for by what refers to them.

Roles are asked for by the ids of leads: those that activities put on or take off an opportunity at once, all known
leads as often as its calls allow. Opportunities are asked for by the ids that roles name. What no lead has a role in
cannot be found. An instance that is synced with a CRM, or an API user without the permission, may not tell of them at
all: that is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from muster.connectors.marketo import times
from muster.connectors.marketo.api import BATCH
from muster.connectors.marketo.base import MarketoStream
from muster.connectors.marketo.feed import ACTIVITIES, since
from muster.connectors.marketo.instance import estimate_calls
from muster.connectors.marketo.pages import DELETED, nothing, table_of
from muster.connectors.marketo.referred import Reference, Referred
from muster.connectors.sync.stream import Chunk, Estimate, Position

_ROLES = "/rest/v1/opportunities/roles.json"
_TOUCHING = ("Add to Opportunity", "Remove from Opportunity", "Update Opportunity")


class OpportunityRoles(MarketoStream):
    """The stream of roles; before that of opportunities, which it finds."""

    name = "opportunity_roles"

    def fields(self) -> Mapping[str, str]:
        described = self.described("/rest/v1/opportunities/roles/describe.json")
        return {"marketoGUID": "string", **described.fields} if described else {}

    def estimate(self, position: Position | None) -> Estimate:
        return estimate_calls(2 + self._known.count("leads") // BATCH, "roles of all known leads")

    def read(self, position: Position | None) -> Iterator[Chunk]:
        fields = list(self.fields())
        if not fields:
            return
        now = self._api.now
        state: dict[str, Any] = dict(position or {"changes": since(now)})
        columns = [*fields, DELETED]
        yield from self._touched(state, fields, columns)
        last = times.read_or_none(state.get("listed"))
        if "listing" not in state and self._instance.cadence.is_due(last, now, state.get("calls", 0)):
            state["listing"] = {"after": 0, "calls": 0, "began": times.written(now)}
        if "listing" in state:
            yield from self._all(state, fields, columns)

    def _touched(self, state: dict[str, Any], fields: Sequence[str], columns: Sequence[str]) -> Iterator[Chunk]:
        types = self._instance.descriptions.types_named(*_TOUCHING)
        if not types:
            return
        for records, after in self._instance.feeds.read(ACTIVITIES, types, state["changes"]):
            leads = list(dict.fromkeys(str(each["leadId"]) for each in records))
            yield from self._of_leads(leads, fields, columns)
            state["changes"] = after
            yield Chunk(nothing(columns), dict(state))

    def _all(self, state: dict[str, Any], fields: Sequence[str], columns: Sequence[str]) -> Iterator[Chunk]:
        for leads in self._leads(state["listing"]["after"]):
            yield from self._of_leads(leads, fields, columns)
            state["listing"] = {**state["listing"], "after": int(leads[-1]), "calls": state["listing"]["calls"] + 1}
            yield Chunk(nothing(columns), dict(state))
        listing = state.pop("listing")
        state |= {"listed": listing["began"], "calls": listing["calls"]}
        yield Chunk(nothing(columns), dict(state))

    def _leads(self, after: int) -> Iterator[list[str]]:
        """The leads that there are, and those that have roles in the lake."""
        return self._known.ids([("leads", "id"), (self.name, "leadId")], after, BATCH)

    def _of_leads(self, leads: Sequence[str], fields: Sequence[str], columns: Sequence[str]) -> Iterator[Chunk]:
        """All roles that these leads have now: those that the lake has besides are gone."""
        for asked, found in self.by_values(_ROLES, "leadId", leads, fields):
            yield Chunk(table_of(found, columns))
            for lead in asked:
                yield Chunk(nothing(columns), whole={"leadId": lead})


class Opportunities(Referred):
    """The stream of opportunities."""

    name = "opportunities"
    path = "/rest/v1/opportunities.json"
    describe = "/rest/v1/opportunities/describe.json"
    key = "marketoGUID"
    references = (Reference("externalOpportunityId", "opportunity_roles", "externalOpportunityId"),)
