"""A small real server that answers as it is told to, also badly: cut, half, late, garbage."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: Answers one request by writing to its socket.
Act = Callable[["Handler"], None]


@dataclass
class Server:
    """Its address, what it was asked, and what it does next; when that is used up, the last act goes on."""

    url: str
    acts: list[Act]
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)
    most: int = 0
    inside: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def then(self, *acts: Act) -> Server:
        self.acts[:] = acts
        return self

    def next(self) -> Act:
        with self.lock:
            return self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]


class Handler(BaseHTTPRequestHandler):
    """One request; answers whatever the server's next act says."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    place: Server

    def handle_one(self) -> None:
        with self.place.lock:
            self.place.arrived.append(time.monotonic())
            self.place.inside += 1
            self.place.most = max(self.place.most, self.place.inside)
        try:
            self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.place.asked.append((self.command, self.path, dict(self.headers), self.body))
            self.place.next()(self)
        finally:
            with self.place.lock:
                self.place.inside -= 1

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one  # noqa: N815

    def log_message(self, *_: Any) -> None: ...

    def answer(self, status: int, body: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(2)


def says(status: int, body: bytes = b"{}", **headers: str) -> Act:
    told = {"Content_Type": "application/json", **headers}
    return lambda handler: handler.answer(status, body, None, **told)


def cut(handler: Handler) -> None:
    """Hang up without a word."""
    handler.hang_up()


def half(handler: Handler) -> None:
    """Say how long the answer is, send half, hang up."""
    handler.answer(200, b'{"a": [1, 2', length=200, Content_Type="application/json")
    handler.hang_up()


def late(seconds: float) -> Act:
    def act(handler: Handler) -> None:
        time.sleep(seconds)
        handler.answer(200, b"{}", Content_Type="application/json")

    return act


garbage = says(200, b"<html>busy</html>")


@contextmanager
def serving(*acts: Act) -> Iterator[Server]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    place = Server(f"http://127.0.0.1:{server.server_address[1]}", list(acts) or [says(200)])
    server.RequestHandlerClass = type("Bound", (Handler,), {"place": place})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield place
    finally:
        server.shutdown()
        server.server_close()
