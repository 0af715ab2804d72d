"""The way of every call: size, token, limits, permission, handler, envelope; and what of it is counted.

Limits are the instance's, shared by all its services ("Marketo Integration Best Practices"). Codes that the vendor
marks as not counted use up nothing; nor does a call that a limit refuses (the vendor does not say; our decision).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from starlette.convertors import PathConvertor, register_url_convertor
from starlette.responses import Response
from starlette.routing import BaseRoute

from muster.twins.calls import Call, Handler, route
from muster.twins.marketo.answers import Assets, Page, enveloped, refused
from muster.twins.marketo.errors import ApiError, HttpError, Told
from muster.twins.marketo.request import Request, User
from muster.twins.marketo.rules import Rule

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

IDENTITY = "/identity/oauth/token"
LONGEST_URI = 8 << 10
#: Real seconds that a call struck by the fault `busy` keeps its place.
BUSY = 0.5
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")
_log = logging.getLogger(__name__)


class _Anything(PathConvertor):
    """Also what no path should hold, such as the end of a line."""

    regex = r"[\s\S]*"


register_url_convertor("anything", _Anything())


def routes(twin: MarketoTwin, rules: Iterable[Rule]) -> list[BaseRoute]:
    """A route for each path, whatever the method; the last one takes what matches none."""
    gateway = _Gateway(twin)
    by_path: dict[str, dict[str, Rule]] = {}
    for rule in rules:
        by_path.setdefault(rule.path, {})[rule.method] = rule
    paths = sorted(by_path, key=lambda path: ("{" in path, path))
    every = [route(path, gateway.handler(by_path[path]), _METHODS) for path in paths]
    return [
        route(IDENTITY, twin.identity.grant, ("GET", "POST")),
        *every,
        route("/{rest:anything}", gateway.lost, _METHODS),
    ]


class _Gateway:
    def __init__(self, twin: MarketoTwin) -> None:
        self._twin = twin

    def handler(self, rules: dict[str, Rule]) -> Handler:
        def handle(call: Call) -> Response:
            return self._answer(call, rules)

        return handle

    def lost(self, call: Call) -> Response:
        """No such path: 610."""
        return self._answer(call, None)

    def _answer(self, call: Call, rules: dict[str, Rule] | None) -> Response:
        twin = self._twin
        try:
            return enveloped(self._pass(call, rules), twin.clock.now())
        except (Told, HttpError) as error:
            refusal: Told | HttpError = error
        except Exception:
            _log.exception("%s %s", call.method, call.route)
            refusal = ApiError(611)
        code = refusal.status if isinstance(refusal, HttpError) else refusal.code
        twin.calls.refuse(str(code))
        twin.usage.fail(code)
        return refused(refusal, twin.clock.now())

    def _pass(self, call: Call, rules: dict[str, Rule] | None) -> Page | Assets | Response:
        _check_size(call, rules)
        user = self._twin.identity.user(call)
        request = Request(call, user)
        rule = rules.get(request.method) if rules else None
        if rules and rule is None:
            raise ApiError(605)
        with self._twin.concurrent.slot() as granted:
            self._count(user, granted)
            if rule is None:
                raise ApiError(610)
            if not user.may(rule.needs):
                raise ApiError(603)
            if self._twin.faults.strikes("busy", call.path, call.method):
                time.sleep(BUSY)
            self._twin.begin_call()
            return rule.handler(self._twin, request)

    def _count(self, user: User, granted: bool) -> None:
        twin = self._twin
        if not twin.daily.left:
            raise ApiError(607)
        if not granted:
            raise ApiError(615, twin.concurrent.limit)
        if not twin.rate.take():
            raise ApiError(606, twin.rate.limit, f"{twin.rate.seconds:g}")
        twin.daily.spend()
        twin.usage.count(user.name)


def _check_size(call: Call, rules: dict[str, Rule] | None) -> None:
    if len(call.path) + 1 + len(str(call.query)) > LONGEST_URI:
        raise HttpError(414, "Request-URI Too Long")
    most = max((rule.body for rule in rules.values()), default=0) if rules else 0
    if len(call.body) > (most or 1 << 20):
        raise HttpError(413, "Request Entity Too Large")
