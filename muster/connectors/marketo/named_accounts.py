"""Named accounts, where the subscription has them (Target Account Management).

No call lists them. They are asked for by the number of their people, which Marketo counts for each, from none up to
what the largest company has, by the names of the companies that leads and companies have, and by the ids that the lake
has; an account that all of these miss is not found. (Our decision.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from muster.connectors.marketo import times
from muster.connectors.marketo.api import BATCH, Record
from muster.connectors.marketo.base import MarketoStream
from muster.connectors.marketo.instance import estimate_calls
from muster.connectors.marketo.pages import DELETED, nothing, table_of
from muster.connectors.sync.stream import Chunk, Estimate, Position

_PATH = "/rest/v1/namedaccounts.json"
_GUID, _PEOPLE = "marketoGUID", "membershipCount"


class NamedAccounts(MarketoStream):
    """The stream of named accounts, all of them as often as its calls allow."""

    name = "named_accounts"

    def fields(self) -> Mapping[str, str]:
        described = self.described("/rest/v1/namedaccounts/describe.json")
        return {_GUID: "string", **described.fields} if described else {}

    def estimate(self, position: Position | None) -> Estimate:
        calls = 3 + (self._known.count("companies") + self._known.count(self.name)) // BATCH
        return estimate_calls(calls, "named accounts by their people, names and ids")

    def read(self, position: Position | None) -> Iterator[Chunk]:
        state, now = position or {}, self._api.now
        fields = list(self.fields())
        last = times.read_or_none(state.get("listed"))
        if not fields or not self._instance.cadence.is_due(last, now, state.get("calls", 0)):
            return
        columns, seen, calls = [*fields, DELETED], set[str](), 0
        for found in self._found(fields):
            calls += 1
            fresh = [each for each in found if each[_GUID] not in seen]
            seen.update(each[_GUID] for each in fresh)
            yield Chunk(table_of(fresh, columns))
        yield Chunk(nothing(columns), {"listed": times.written(now), "calls": calls}, whole={})

    def _found(self, fields: Sequence[str]) -> Iterator[Sequence[Record]]:
        known, ask = self._known, self.by_values
        for _, found in ask(_PATH, _GUID, known.values(self.name, _GUID), fields):
            yield found
        names = {*known.values("companies", "company"), *known.values("leads", "company")}
        for _, found in ask(_PATH, "name", sorted(name for name in names if "," not in name), fields):
            yield found
        for first in range(0, known.largest_company() + BATCH, BATCH):
            for _, found in ask(_PATH, _PEOPLE, [str(first + more) for more in range(BATCH)], fields):
                yield found
