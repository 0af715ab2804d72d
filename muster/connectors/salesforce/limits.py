"""What an org allows, for its reader and for the destination that writes to it.

The day's calls depend on the edition and the licences (App Limits Cheat Sheet, "API Request Limits and Allocations"),
so the org is asked: `/limits` before the first call, and every answer's `Sforce-Limit-Info` after that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from muster.connectors.http.budget import Budget
from muster.connectors.http.limits import Daily, Limits

#: The smallest edition's: 15,000 calls in any 24 hours, and 5 calls of more than 20 seconds at once (Developer
#: Edition). The day's figure holds until the org has told its own.
LIMITS = Limits(daily=(Daily(15_000),), concurrent=5)
_USAGE = re.compile(r"(?<!per-app-)api-usage=(\d+)/(\d+)")


def tell_header(budget: Budget, headers: Mapping[str, str]) -> None:
    """`Sforce-Limit-Info: api-usage=25/5000; per-app-api-usage=17/250(appName=sample-app)`."""
    if found := _USAGE.search(headers.get("Sforce-Limit-Info", "")):
        budget.told(used=int(found[1]), limit=int(found[2]))


def tell_limits(budget: Budget, limits: Mapping[str, Any]) -> None:
    """The answer of `/limits`."""
    told = limits.get("DailyApiRequests") or {}
    if "Max" in told and "Remaining" in told:
        budget.told(left=int(told["Remaining"]), limit=int(told["Max"]))
