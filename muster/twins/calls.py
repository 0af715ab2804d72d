"""A call as a twin's handlers get it, the answers they give, and the count of both.

Handlers are plain functions, `Call -> Response`; they run in threads, several at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import anyio.to_thread
import orjson
from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ROUTE = "muster.route"


@dataclass(frozen=True)
class Call:
    """One request, wholly read. `params` are the path's, `origin` is scheme and host as the caller wrote them."""

    method: str
    path: str
    params: Mapping[str, str]
    query: QueryParams
    headers: Headers
    body: bytes
    origin: str
    #: The path as the route has it, `/leads/{id}`.
    route: str = ""

    def json(self) -> Any:
        """Raises orjson.JSONDecodeError (a ValueError) where the body is not JSON."""
        return orjson.loads(self.body)

    def form(self) -> QueryParams:
        """The fields of a body in form encoding."""
        return QueryParams(self.body.decode("latin-1"))

    @property
    def bearer(self) -> str | None:
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" and token.strip() else None


Handler = Callable[[Call], Response]


def route(path: str, handler: Handler, methods: Sequence[str] = ("GET",)) -> Route:
    """A route of a twin, in Starlette's notation of paths, served by a handler in a thread."""

    async def endpoint(request: Request) -> Response:
        request.scope[_ROUTE] = path
        call = Call(
            method=request.method,
            path=request.url.path,
            params=request.path_params,
            query=request.query_params,
            headers=request.headers,
            body=await request.body(),
            origin=f"{request.url.scheme}://{request.url.netloc}",
            route=path,
        )
        return await anyio.to_thread.run_sync(handler, call)

    return Route(path, endpoint, methods=list(methods), name=f"{' '.join(methods)} {path}")


def answer(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(content), status, headers, "application/json")


def file_answer(path: Path, media_type: str, headers: Mapping[str, str] | None = None) -> Response:
    """A file of any size; answers `Range` with 206, and one that cannot be met with 416."""
    return FileResponse(path, headers=headers, media_type=media_type)


class Calls:
    """How many calls came, by route and status, and why calls were refused, by the names the twin gives."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls: Counter[str] = Counter()
        self._refusals: Counter[str] = Counter()

    def count(self, place: str) -> None:
        with self._lock:
            self._calls[place] += 1

    def refuse(self, reason: str) -> None:
        """Count a refusal, or a refused record: "606", "REQUEST_LIMIT_EXCEEDED", …"""
        with self._lock:
            self._refusals[reason] += 1

    def reset(self) -> None:
        with self._lock:
            self._calls.clear()
            self._refusals.clear()

    def told(self) -> dict[str, Any]:
        with self._lock:
            return {"total": self._calls.total(), "calls": dict(self._calls), "refusals": dict(self._refusals)}


class Counting:
    """Counts the answers of an application, except those below `spared`."""

    def __init__(self, app: ASGIApp, calls: Calls, spared: str) -> None:
        self._app, self._calls, self._spared = app, calls, spared

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self._spared):
            await self._app(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._calls.count(f"{scope['method']} {scope.get(_ROUTE, scope['path'])} {message['status']}")
            await send(message)

        await self._app(scope, receive, counted)
