"""Marketo's envelopes: that of the lead database, that of the asset API, and that of a refusal.

Source: recorded traffic. The lead database leaves out what has nothing to say; the asset API always has `errors` and
`warnings`, and says by a warning, without any `result`, that nothing was found.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.responses import PlainTextResponse, Response

from muster.twins.calls import answer
from muster.twins.marketo.errors import HttpError, Told

NOTHING_FOUND = "No assets found for the given search criteria."
_dice = random.Random()  # noqa: S311 - numbers of requests, nothing secret


@dataclass(frozen=True)
class Page:
    """An answer of the lead database. `result` None leaves the key out; so do `token` and `more`."""

    result: list[Any] | None = None
    token: str | None = None
    more: bool | None = None


@dataclass(frozen=True)
class Assets:
    """An answer of the asset API; an empty `result` becomes the warning."""

    result: list[Any] = field(default_factory=list)


def enveloped(content: Page | Assets | Response, now: datetime) -> Response:
    """The HTTP answer of a call that succeeded."""
    if isinstance(content, Response):
        return content
    if isinstance(content, Assets):
        warnings = [] if content.result else [NOTHING_FOUND]
        head = {"success": True, "errors": [], "requestId": request_id(now), "warnings": warnings}
        return answer({**head, "result": content.result} if content.result else head)
    told: dict[str, Any] = {"requestId": request_id(now)}
    if content.result is not None:
        told["result"] = content.result
    told["success"] = True
    if content.token is not None:
        told["nextPageToken"] = content.token
    if content.more is not None:
        told["moreResult"] = content.more
    return answer(told)


def refused(error: Told | HttpError, now: datetime) -> Response:
    """The HTTP answer of a call that was refused: 200 with the error, but for the few that are not."""
    if isinstance(error, HttpError):
        return PlainTextResponse(error.text, error.status)
    return answer({"requestId": request_id(now), "success": False, "errors": [error.error]})


def request_id(now: datetime) -> str:
    """As recorded: a number, and the time in milliseconds, both in hexadecimal."""
    return f"{_dice.randrange(0x10, 0x1FFFF):x}#{int(now.timestamp() * 1000):x}"
