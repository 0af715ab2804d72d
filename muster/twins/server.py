"""Puts a twin on the net: its routes, the control URL, faults, the twin's own `Date`, gzip; plain or over TLS."""

from __future__ import annotations

import socket
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from muster.errors import MusterError
from muster.twins import control
from muster.twins.calls import Calls, Counting
from muster.twins.clock import Clock
from muster.twins.faults import Faults
from muster.twins.limits import Limit
from muster.twins.store import Key, Store
from muster.twins.striking import OpenProtocol, Striking

#: Bodies from this size are compressed for those who ask (Marketo's rule, and near enough for all).
GZIP_FROM = 1024


class Twin(ABC):
    """One instance of a vendor: what it knows, how it answers.

    A subclass sets `name`, gives its routes, and says in `load` how rows of an object come in; it adds its faults to
    `faults`, its limits to `limits`, and counts what it refuses in `calls`. Its package has
    `open_twin(store, *, instance, client_id, client_secret)`, where an empty text takes the twin's default.
    """

    name: str
    #: Paths below these are never compressed.
    uncompressed: tuple[str, ...] = ()

    def __init__(self, store: Store | None = None) -> None:
        self.store = store or Store(Clock())
        self.clock = self.store.clock
        self.faults = Faults()
        self.calls = Calls()
        self.limits: dict[str, Limit] = {}

    @abstractmethod
    def routes(self) -> list[BaseRoute]:
        """The vendor's paths; handlers by `muster.twins.calls.route`."""

    @abstractmethod
    def load(self, object_: str, table: pa.Table) -> int:
        """Add or replace rows under the vendor's field names; returns their number."""

    def delete(self, object_: str, keys: Iterable[Key]) -> int:
        """Delete records as the vendor's own interface would; returns their number."""
        return self.store.delete(object_, keys)

    def credentials(self) -> Mapping[str, str]:
        """What a caller needs to get in."""
        return {}

    def controls(self) -> list[BaseRoute]:
        """Paths of its own below the control URL, for what people do in the vendor's pages and no call does."""
        return []


class Running:
    """A twin that is being served; a context manager that stops it."""

    def __init__(self, twin: Twin, server: uvicorn.Server, listening: socket.socket, scheme: str) -> None:
        self.twin, self._server = twin, server
        host, self.port = listening.getsockname()[:2]
        self.url = f"{scheme}://{host}:{self.port}"
        self.control = self.url + control.PREFIX
        self._thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        self._thread.start()
        while not server.started and self._thread.is_alive():
            time.sleep(0.002)
        if not server.started:
            raise MusterError(f"the {twin.name} twin could not be started on {self.url}")

    def stop(self) -> None:
        """Ends at once; calls in progress are cut off."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(10)

    def __enter__(self) -> Running:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def serve(
    twin: Twin,
    port: int = 0,
    *,
    host: str = "127.0.0.1",
    tls: tuple[Path, Path] | None = None,
    faults: Sequence[str] = (),
) -> Running:
    """Serve a twin in a thread of this process; port 0 takes a free one, `tls` names certificate and key.

    Raises MusterError where the port is taken or a fault is not valid.
    """
    twin.faults.set(faults)
    server = uvicorn.Server(_settings(twin, tls))
    return Running(twin, server, _listen(host, port), "https" if tls else "http")


def application(twin: Twin) -> ASGIApp:
    """The twin as one ASGI application. What a fault does is outermost, so a gateway's page passes no counter."""
    app: ASGIApp = Starlette(routes=[control.routes(twin), *twin.routes()])
    app = _Compressing(app, twin.uncompressed)
    app = Counting(app, twin.calls, control.PREFIX)
    app = Striking(app, twin.faults, control.PREFIX)
    return _Dated(app, twin.clock)


def _settings(twin: Twin, tls: tuple[Path, Path] | None) -> uvicorn.Config:
    secured: dict[str, Any] = {"ssl_certfile": str(tls[0]), "ssl_keyfile": str(tls[1])} if tls else {}
    return uvicorn.Config(
        application(twin),
        http=OpenProtocol,
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="error",
        date_header=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=None,
        **secured,
    )


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise MusterError(f"port {port} of {host} cannot be had: {error.strerror}; choose another by --port") from error
    return listening


class _Dated:
    """Gives every answer the twin's time."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app, self._clock = app, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=list(message["headers"]))
                headers["date"] = format_datetime(self._clock.now(), usegmt=True)
                message = {**message, "headers": headers.raw}
            await send(message)

        await self._app(scope, receive, dated)


class _Compressing:
    """Gzip for those who ask, except below the twin's uncompressed paths and for parts of a file."""

    def __init__(self, app: ASGIApp, plain: tuple[str, ...]) -> None:
        self._app, self._plain = app, plain
        self._zipped = GZipMiddleware(app, minimum_size=GZIP_FROM, compresslevel=4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        plain = scope["path"].startswith(self._plain) or any(name == b"range" for name, _ in scope["headers"])
        await (self._app if plain else self._zipped)(scope, receive, send)
