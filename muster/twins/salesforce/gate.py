"""What every call to the REST API passes: version, session, the day's requests; and how refusals are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import orjson
from starlette.responses import Response
from starlette.routing import Route

from muster.twins.calls import Call, Handler, answer, route
from muster.twins.salesforce.errors import Refusal, not_found
from muster.twins.salesforce.limits import REQUESTS, usage
from muster.twins.salesforce.org import Org
from muster.twins.salesforce.sessions import Sessions

#: Versions that answer, those that did once and are retired, from what the vendor's release notes tell.
CURRENT = range(31, 68)
RETIRED = range(20, 31)
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
DATA = "/services/data/v{version}"
#: Bytes of a whole address.
LONGEST = 16_384


class Gate:
    """Lets calls through to handlers. `before` is what is due before each of them, such as what time brought about."""

    def __init__(self, org: Org, sessions: Sessions, before: Sequence[Callable[[], None]]) -> None:
        self._org, self._sessions, self._before = org, sessions, before

    def routes(self, path: str, handlers: Mapping[str, Handler]) -> list[Route]:
        """The routes of one resource, by method; with and without a slash at the end, as the vendor does."""

        def handled(call: Call) -> Response:
            return self._pass(call, handlers)

        return [route(f"{DATA}{path}{slash}", handled, METHODS) for slash in ("", "/")]

    def unknown(self, call: Call) -> Response:
        """Any other path."""
        return self._pass(call, {})

    def _pass(self, call: Call, handlers: Mapping[str, Handler]) -> Response:
        try:
            version(call)
            if len(call.path) + len(str(call.query)) > LONGEST:
                raise Refusal(414, "URI_TOO_LONG", f"The address of a request has at most {LONGEST} bytes")
            if not self._sessions.knows(call.bearer):
                raise Refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")
        except Refusal as refusal:
            return self._refused(refusal)
        response = self._within_limits(call, handlers)
        response.headers["Sforce-Limit-Info"] = usage(self._org.daily)
        return response

    def _within_limits(self, call: Call, handlers: Mapping[str, Handler]) -> Response:
        try:
            if not self._org.daily[REQUESTS].take():
                raise Refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
            if not handlers:
                raise not_found()
            if call.method not in handlers:
                allowed = ",".join(handlers)
                told = f"HTTP Method '{call.method}' not allowed. Allowed are {allowed}"
                raise Refusal(405, "METHOD_NOT_ALLOWED", told)
            for each in self._before:
                each()
            return handlers[call.method](call)
        except Refusal as refusal:
            return self._refused(refusal)

    def _refused(self, refusal: Refusal) -> Response:
        self._org.calls.refuse(refusal.code)
        return answer(refusal.told, refusal.status)


def version(call: Call) -> str:
    """The version a call is made in. Raises Refusal for one that is retired or never was."""
    told = call.params.get("version", "")
    number, _, minor = told.partition(".")
    if minor != "0" or not number.isdigit():
        raise not_found()
    if int(number) in RETIRED:
        raise Refusal(410, "GONE", f"API version {told} is retired. Use a newer version.")
    if int(number) not in CURRENT:
        raise not_found()
    return told


def versions(call: Call) -> Response:
    """`GET /services/data`: all versions, for everyone."""
    return answer([
        {"label": _label(number), "url": f"/services/data/v{number}.0", "version": f"{number}.0"} for number in CURRENT
    ])  # fmt: skip


def _label(number: int) -> str:
    """Three releases a year; 66 is Spring '26."""
    year, season = divmod(number - 66, 3)
    return f"{('Spring', 'Summer', 'Winter')[season]} '{26 + year + (season == 2):02}"


def json_object(call: Call) -> dict[str, object]:
    """The body as a JSON object. Raises Refusal where it is none."""
    told = json_body(call)
    if not isinstance(told, dict):
        raise Refusal(400, "JSON_PARSER_ERROR", "The JSON body must be an object")
    return told


def json_body(call: Call) -> object:
    try:
        told: object = orjson.loads(call.body)
    except orjson.JSONDecodeError as error:
        where = f"[line:{error.lineno}, column:{error.colno}]"
        raise Refusal(400, "JSON_PARSER_ERROR", f"Unexpected character at {where}") from None
    return told
