"""What goes wrong with Salesforce in particular, by the names that `--fault` takes.

expire        the session has ended: 401 INVALID_SESSION_ID, and the token is no good any more
limit         403 REQUEST_LIMIT_EXCEEDED, the day's requests are used up
concurrent    403 REQUEST_LIMIT_EXCEEDED, too many long requests at once
unavailable   503 SERVER_UNAVAILABLE          unknown  500 UNKNOWN_EXCEPTION
timeout       400 QUERY_TIMEOUT, for queries only
lock          a record that is written fails with UNABLE_TO_LOCK_ROW, asked once a record
halfbatch     an ingest job stops after half of a batch: Failed, the rest unprocessed
jobfail       a Bulk job ends as Failed        slowjob=N  a Bulk job takes N seconds more (60)
locator       a query's locator is not known any more: 400 INVALID_QUERY_LOCATOR
late=N        a record shows N seconds (30) after its stamp, asked once a record
"""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import Response

from muster.twins.calls import answer
from muster.twins.faults import Effect, Fault, Faults
from muster.twins.salesforce.sessions import Sessions

LOCK, HALF_BATCH, JOB_FAIL, SLOW_JOB, LOCATOR = "lock", "halfbatch", "jobfail", "slowjob", "locator"
_ANSWERS = {
    "limit": (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    "concurrent": (
        403,
        "REQUEST_LIMIT_EXCEEDED",
        "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
    ),
    "unavailable": (503, "SERVER_UNAVAILABLE", "Server too busy. Please try again later."),
    "timeout": (400, "QUERY_TIMEOUT", "Your query request was running for too long."),
}


def define(faults: Faults, sessions: Sessions) -> None:
    """Give the faults their names and effects."""
    for name in (LOCK, HALF_BATCH, JOB_FAIL, SLOW_JOB, LOCATOR):
        faults.define(name)
    for name in _ANSWERS:
        faults.define(name, _answering(name))
    faults.define("unknown", _unknown)
    faults.define("expire", _expiring(sessions))


def number_of(faults: Faults, name: str, default: float) -> float | None:
    """The number that a fault in force was given, or the default for it; None where it is not in force."""
    found = (Fault.parse(told["fault"]) for told in faults.told() if told["left"] != 0)
    return next((default if each.number is None else each.number for each in found if each.name == name), None)


def _answering(name: str) -> Effect:
    def effect(request: Request) -> Response | None:
        if not _is_api(request) or (name == "timeout" and "/query" not in request.url.path):
            return None
        status, code, message = _ANSWERS[name]
        return answer([{"message": message, "errorCode": code}], status)

    return effect


def _unknown(request: Request) -> Response | None:
    error = f"{secrets.randbelow(10**10)}-{secrets.randbelow(10**5)} ({-secrets.randbelow(10**9)})"
    told = f"An unexpected error occurred. Please include this ErrorId if you contact support: {error}"
    return answer([{"message": told, "errorCode": "UNKNOWN_EXCEPTION"}], 500) if _is_api(request) else None


def _expiring(sessions: Sessions) -> Effect:
    def effect(request: Request) -> Response | None:
        if _is_api(request):
            sessions.end(request.headers.get("authorization", "").partition(" ")[2].strip())
        return None

    return effect


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/services/data/v")
