"""Marketo's own faults, by name; those of every twin are in `muster.twins.faults`.

601, 602, 604, 606, 607, 608, 611, 615, 713   the call is refused with that code (identity is spared)
expire         all tokens are past their time when the call comes: 602
revoke         all tokens are unknown: 601
busy           the call keeps its place among the concurrent ones for half a second
queue-full     enqueueing an extract fails: 1029, too many jobs
export-quota   creating or enqueueing one fails: 1029, daily quota
failed-job     an extract ends as Failed
lost-file      the file of an extract is 404, though it is Completed
short-file     the file ends early, with less than the size and checksum that were told
miscount       the number of records that is told is one too many
checksum       the checksum that is told is not the file's

The last four strike when a job runs, or its file is fetched; `@` is held against the path, of a job `/bulk/v1/leads`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from muster.twins.marketo.answers import refused
from muster.twins.marketo.errors import ApiError

if TYPE_CHECKING:
    from muster.twins.faults import Effect
    from muster.twins.marketo.twin import MarketoTwin

CODES = (601, 602, 604, 606, 607, 608, 611, 615, 713)
OWN = ("busy", "queue-full", "export-quota", "failed-job", "lost-file", "short-file", "miscount", "checksum")
_IDENTITY = "/identity/"


def define(twin: MarketoTwin) -> None:
    """Give the twin's faults their names."""
    for code in CODES:
        twin.faults.define(str(code), _refusal(twin, code))
    for name in OWN:
        twin.faults.define(name)

    def expire(request: Request) -> Response | None:
        twin.identity.expire()
        return None

    def revoke(request: Request) -> Response | None:
        twin.identity.revoke()
        return None

    twin.faults.define("expire", expire)
    twin.faults.define("revoke", revoke)


def _refusal(twin: MarketoTwin, code: int) -> Effect:
    values = {606: (twin.rate.limit, f"{twin.rate.seconds:g}"), 615: (twin.concurrent.limit,)}.get(code, ())

    def refuse(request: Request) -> Response | None:
        if request.url.path.startswith(_IDENTITY):
            return None
        twin.calls.refuse(str(code))
        twin.usage.fail(code)
        return refused(ApiError(code, *values), twin.clock.now())

    return refuse
