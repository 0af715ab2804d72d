"""What HubSpot allows an app, and what its answers say is left.

Usage guidelines and the changelog on increased limits: calls of an app in ten seconds and of an account in a day by
its tier; five searches a second for the whole account, without headers. The day ends at midnight in the account's time
zone, which no answer tells: our own count is of the last 24 hours, and the headers correct it.
"""

from __future__ import annotations

from collections.abc import Mapping

from muster.config.connections import HubSpotConnection
from muster.connectors.http.budget import Budget
from muster.connectors.http.limits import Daily, Limits, Window

SEARCH = "search"
#: Calls in progress at once; HubSpot names no bound, ours keeps a burst from being one.
_CONCURRENT = 10


def limits(connection: HubSpotConnection) -> Limits:
    """The limits of one account; readers and destinations use the same."""
    return Limits(
        windows=(Window(connection.calls_per_ten_seconds, 10.0), Window(5, 1.0, SEARCH)),
        daily=(Daily(connection.calls_per_day),),
        concurrent=_CONCURRENT,
    )


def tell(budget: Budget, headers: Mapping[str, str]) -> None:
    """Take over what the headers of an answer say; OAuth apps are told nothing of the day, searches nothing at all."""
    left, limit = (_number(headers, f"Daily{more}") for more in ("-Remaining", ""))
    if left is not None:
        budget.told(left=left, limit=limit)
    if _number(headers, "Remaining") == 0:  # somebody else has the app's credentials: let the window move on
        budget.pause(1.0)


def _number(headers: Mapping[str, str], name: str) -> int | None:
    told = headers.get(f"X-HubSpot-RateLimit-{name}", "")
    return int(told) if told.isdigit() else None
