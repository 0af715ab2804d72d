"""What a call passes before its handler: who it is, what it may, how much is left; and the headers it goes with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

import orjson
from starlette.responses import Response

from muster.twins.calls import Call, Calls, Handler
from muster.twins.clock import Clock
from muster.twins.hubspot.errors import Refusal, invalid, missing_scopes, too_many_calls, too_often_searched
from muster.twins.hubspot.oauth import Access, Tokens
from muster.twins.limits import Daily, Limit, SlidingWindow

#: HubSpot's own: calls in ten seconds of a private app (Professional has 190) and of a public one, searches a second
#: of the whole account, calls a day of the account's private apps (Professional has 650,000), and of associations.
BURST, BURST_OAUTH, SEARCHES, DAY, ASSOCIATIONS = 100, 110, 5, 250_000, 500_000
#: Told in a header, and not enforced any more.
SECONDLY = 10

Needs = Callable[[Call], str | None]


@dataclass
class Limits:
    """The account's counters."""

    burst: SlidingWindow
    burst_oauth: SlidingWindow
    second: SlidingWindow
    search: SlidingWindow
    daily: Daily
    associations: Daily

    @classmethod
    def of(cls, clock: Clock, zone: str) -> Limits:
        return cls(
            SlidingWindow(BURST, 10, clock),
            SlidingWindow(BURST_OAUTH, 10, clock),
            SlidingWindow(10**9, 1, clock),
            SlidingWindow(SEARCHES, 1, clock),
            Daily(DAY, clock, zone),
            Daily(ASSOCIATIONS, clock, zone),
        )

    def named(self) -> Mapping[str, Limit]:
        return {
            "ten_secondly": self.burst,
            "ten_secondly_oauth": self.burst_oauth,
            "search_secondly": self.search,
            "daily": self.daily,
            "associations_daily": self.associations,
        }


class Gate:
    """Wraps the handlers of an account."""

    def __init__(self, tokens: Tokens, limits: Limits, calls: Calls) -> None:
        self._tokens, self._limits, self._calls = tokens, limits, calls

    def guarded(self, handler: Handler, *, scope: Needs | None = None, lane: str = "") -> Handler:
        """The handler behind the gate; `scope` says what a call needs, `lane` is `search`, `associations` or none."""

        def guarded(call: Call) -> Response:
            correlation = str(uuid4())
            access: Access | None = None
            try:
                access = self._tokens.access(call.bearer)
                needed = scope(call) if scope else None
                if needed and needed not in access.scopes:
                    raise missing_scopes([needed])
                self._count(access, lane)
                response = handler(call)
            except Refusal as refusal:
                response = self.refused(refusal, correlation)
            except orjson.JSONDecodeError as error:
                told = f"Invalid input JSON on line {error.lineno}, column {error.colno}: {error.msg}"
                response = self.refused(invalid(told), correlation)
            response.headers["X-HubSpot-Correlation-Id"] = correlation
            if access and lane != "search":
                response.headers.update(self._headers(access))
            return response

        return guarded

    def open(self, handler: Handler) -> Handler:
        """A handler that needs no token and counts nowhere, but is refused in HubSpot's dress."""

        def opened(call: Call) -> Response:
            try:
                return handler(call)
            except Refusal as refusal:
                return self.refused(refusal)

        return opened

    def refused(self, refusal: Refusal, correlation: str = "") -> Response:
        """A refusal as an answer; counted by its reason."""
        correlation = correlation or str(uuid4())
        self._calls.refuse(refusal.extra.get("policyName") or refusal.category)
        response = refusal.answer(correlation)
        response.headers["X-HubSpot-Correlation-Id"] = correlation
        return response

    def _count(self, access: Access, lane: str) -> None:
        """Searches have a second of their own and pass the ten-second window; the day counts for private apps only."""
        limits = self._limits
        if lane == "search":
            if not limits.search.take():
                raise too_often_searched()
        elif not (limits.burst if access.private else limits.burst_oauth).take():
            raise too_many_calls("TEN_SECONDLY_ROLLING")
        limits.second.take()
        if lane == "associations" and not limits.associations.take():
            raise too_many_calls("DAILY")
        if access.private and not limits.daily.take():
            raise too_many_calls("DAILY")

    def _headers(self, access: Access) -> dict[str, str]:
        limits = self._limits
        burst = limits.burst if access.private else limits.burst_oauth
        headers = {
            "Interval-Milliseconds": "10000",
            "Max": str(burst.limit),
            "Remaining": str(burst.left),
            "Secondly": str(SECONDLY),
            "Secondly-Remaining": str(max(0, SECONDLY - limits.second.used)),
        }
        if access.private:
            headers |= {"Daily": str(limits.daily.limit), "Daily-Remaining": str(limits.daily.left)}
        return {f"X-HubSpot-RateLimit-{name}": value for name, value in headers.items()}
