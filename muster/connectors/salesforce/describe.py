"""What an object consists of, by describe: custom fields are among its fields, hidden ones are not.

Field types: Object Reference, "Field Types". What the user may not see (field-level security) is simply absent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from muster.connectors.salesforce import soql
from muster.connectors.salesforce.client import Org, Refusal
from muster.connectors.salesforce.position import Place
from muster.connectors.salesforce.values import Values
from muster.connectors.sync.stream import Position

#: Times of change, the best first: the first moves with automated changes too and has an index.
STAMPS = ("SystemModstamp", "LastModifiedDate", "CreatedDate")
#: Not values of a field: compounds, whose parts are fields of their own, and blobs, which are read one by one.
_LEFT_OUT = frozenset({"address", "location", "complexvalue", "base64"})
_NOT_THERE = frozenset({"NOT_FOUND", "INVALID_TYPE", "INSUFFICIENT_ACCESS", "FUNCTIONALITY_NOT_ENABLED"})


@dataclass(frozen=True)
class Described:
    """An object: `fields` that can be read, name → type; `stamp` is the time of change, if it has any.

    `keeps_log`: the org tells which of its records were deleted (`replicateable`).
    """

    fields: Mapping[str, str]
    stamp: str | None
    keeps_log: bool


NOTHING = Described({}, None, False)


def described(told: Mapping[str, Any]) -> Described:
    """From an answer of `/sobjects/X/describe`; Id comes first."""
    there = {each["name"]: str(each["type"]) for each in told["fields"] if each["type"] not in _LEFT_OUT}
    fields = {"Id": there.pop("Id", "id"), **there}
    return Described(fields, next((name for name in STAMPS if name in fields), None), bool(told.get("replicateable")))


class Subject:
    """One object of an org, with what describe said of it last."""

    def __init__(self, org: Org, name: str) -> None:
        self.org, self.name = org, name
        self.missing = ""
        self._described: Described | None = None

    @property
    def described(self) -> Described:
        """NOTHING where the org or the user has no such object; `missing` then says so."""
        if self._described is None:
            self._described = self._ask()
        return self._described

    @property
    def stamp(self) -> str | None:
        return self.described.stamp

    @property
    def values(self) -> Values:
        return Values(self.described.fields)

    def position(self, place: Place) -> Position | None:
        """A place in the midst of a pass, for the engine; none where all rows must be given in one read."""
        return place.told if self.stamp else None

    def refresh(self) -> None:
        """Forget what was described: a field is not there any more."""
        self._described = None

    def select(self, conditions: Sequence[str] = (), order: Sequence[str] = ()) -> str:
        return soql.select([*self.described.fields], self.name, conditions, order)

    def count(self, conditions: Sequence[str] = ()) -> int | None:
        """Rows, deleted ones included; None where there are too many to be counted in time."""
        try:
            return self.org.query(soql.select([], self.name, conditions)).total
        except Refusal as refusal:
            if refusal.code != "QUERY_TIMEOUT":
                raise
            return None

    def _ask(self) -> Described:
        try:
            told = self.org.describe(self.name)
        except Refusal as refusal:
            if refusal.status not in (403, 404) and refusal.code not in _NOT_THERE:
                raise
            told = {"queryable": False}
        if told.get("queryable"):
            return described(told)
        hint = "switch it on, let the user read it, or 'exclude' it"
        self.missing = f"the org has no {self.name}, or the user may not read it; {hint}"
        return NOTHING
