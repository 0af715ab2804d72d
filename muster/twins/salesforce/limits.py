"""What the org may use: calls in any 24 hours, the daily allowances of Bulk; and what its administrator sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from muster.twins.clock import Clock
from muster.twins.limits import Daily

#: An Enterprise org with no licences beyond the first, as the vendor's limits page has it.
API_REQUESTS = 100_000
REQUESTS = "DailyApiRequests"
QUERY_JOBS = "DailyBulkV2QueryJobs"
QUERY_MEGABYTES = "DailyBulkV2QueryFileStorageMB"
INGEST_BATCHES = "DailyBulkApiBatches"
SESSION_SECONDS, JOB_MILLISECONDS = "session-seconds", "job-milliseconds"
HARD_DELETE, STRICT_STATUS = "hard-delete", "strict-status"


@dataclass
class Setting:
    """A number, or a switch that is 0 or 1, set as limits are."""

    limit: int
    used: int = 0


def settings() -> dict[str, Setting]:
    """How long a session lasts, how long a Bulk job takes at least, whether the user may delete for good, and whether
    a campaign refuses a status it does not have."""
    numbers = {SESSION_SECONDS: 7_200, JOB_MILLISECONDS: 600, HARD_DELETE: 0, STRICT_STATUS: 0}
    return {name: Setting(number) for name, number in numbers.items()}


def daily(clock: Clock) -> dict[str, Daily]:
    """The limits by the names that `/limits` gives them."""
    numbers = {REQUESTS: API_REQUESTS, QUERY_JOBS: 10_000, QUERY_MEGABYTES: 976_562, INGEST_BATCHES: 15_000}
    return {name: Daily(number, clock) for name, number in numbers.items()}


def told(limits: Mapping[str, Daily]) -> dict[str, dict[str, int]]:
    """The answer of `/limits`."""
    return {
        name: {"Max": each.limit, "Remaining": max(0, each.limit - each.used)} for name, each in sorted(limits.items())
    }


def usage(limits: Mapping[str, Daily]) -> str:
    """The header `Sforce-Limit-Info`."""
    requests = limits[REQUESTS]
    return f"api-usage={requests.used}/{requests.limit}"
