"""What happened since: activities by paging token.

The last token of a read is where the next one goes on, as the vendor advises ("Activities"). It is a place in the log
of activities; whether it may pass by what comes in late is not documented, so that every so often a while before it is
read again by time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from muster.connectors.marketo import times
from muster.connectors.marketo.api import BATCH, Envelope, Marketo, Record
from muster.connectors.marketo.refusals import Refused
from muster.errors import SourceError

ACTIVITIES = "/rest/v1/activities.json"
DELETED_LEADS = "/rest/v1/activities/deletedleads.json"
#: Types in one call ("Activities").
TYPES = 10
#: Refusals that a token which is too old may cause; what is said of one is not documented.
_OF_TOKENS = frozenset({"1001", "1003", "610", "701", "702", "704"})

#: Where a feed goes on: the `token` of the next page, and `at`, up to when it had been read when the last read began.
#: In the midst of a read `began` is when that was. `again` is up to when it has been read a second time.
State = Mapping[str, Any]


@dataclass
class Feeds:
    """Reads feeds of one instance; paging tokens of one moment are shared."""

    api: Marketo
    overlap: timedelta
    _tokens: dict[str, str] = field(default_factory=dict)

    def start(self) -> State:
        """The state of a feed from now on, and from a while before."""
        now = self.api.now
        return {**since(now), "token": self._token(now)}

    def read(self, path: str, types: Sequence[int], state: State) -> Iterator[tuple[Sequence[Record], State]]:
        """Page by page until now: the activities, and where to go on after them. Without types: all of the path."""
        params = {"activityTypeIds": list(types)} if types else {}
        began = times.read(state["began"]) if "began" in state else self.api.now
        if "token" in state and "began" not in state and began - _again(state) >= self.overlap:
            for records in self._before(path, params, state):
                yield records, state
            state = {**state, "again": state["at"]}
        known = {name: state[name] for name in ("at", "again") if name in state}
        token = str(state["token"]) if "token" in state else self._token(times.read(state["at"]))
        while True:
            page = self._page(path, params, token, state)
            if page.token == token and page.more and not page.records:
                raise SourceError(f"{self.api.label}: {path}: the next page is the same page again; try again later")
            token = page.token or token
            if not page.more:
                yield page.records, {**known, "at": times.written(began), "token": token}
                return
            yield page.records, {**known, "began": times.written(began), "token": token}

    def _before(self, path: str, params: Mapping[str, Any], state: State) -> Iterator[Sequence[Record]]:
        """What had been read, from a while before it was last read again."""
        token = self._token(_again(state))
        while True:
            page = self.api.ask(path, {**params, "nextPageToken": token, "batchSize": BATCH})
            if page.records:
                yield page.records
            last = times.read_or_none(page.records[-1].get("activityDate")) if page.records else None
            if not page.more or page.token in (None, token) or (last and last > times.read(state["at"])):
                return
            token = str(page.token)

    def _page(self, path: str, params: Mapping[str, Any], token: str, state: State) -> Envelope:
        asked = {**params, "nextPageToken": token, "batchSize": BATCH}
        try:
            return self.api.ask(path, asked)
        except Refused as refused:
            if state.get("token") != token or refused.code not in _OF_TOKENS:
                raise
            return self.api.ask(path, {**asked, "nextPageToken": self._token(times.read(state["at"]))})

    def _token(self, since: datetime) -> str:
        """The token of a time, and of what is read again before it."""
        moment = times.written(since - self.overlap)
        if moment not in self._tokens:
            asked = self.api.ask("/rest/v1/activities/pagingtoken.json", {"sinceDatetime": moment})
            self._tokens[moment] = asked.token or ""
        return self._tokens[moment]


def _again(state: State) -> datetime:
    return times.read(state.get("again", state["at"]))


def since(moment: datetime) -> State:
    """The state of a feed that has been read up to a moment."""
    return {"at": times.written(moment)}


def attributes_of(activity: Record) -> dict[str, Any]:
    """The secondary attributes by name; empty ones are not told."""
    return {str(each["name"]): each.get("value") for each in activity.get("attributes") or ()}
