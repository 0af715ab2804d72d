"""Carries faults out on the wire, around a whole application: real cuts, half bodies, gateway pages, garbage."""

from __future__ import annotations

import asyncio
import socket
import struct
from random import Random

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from muster.twins.faults import Fault, Faults

#: Seconds of a `slow` without a number.
SLOW = 2.0
_TRANSPORT = "muster.transport"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_REASONS = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Temporarily Unavailable"}


class OpenProtocol(HttpToolsProtocol):
    """Lets the application at the connection, so that it can cut it."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {_TRANSPORT: {"transport": self.transport}}


class Striking:
    """Lets the faults strike the calls of an application; paths below `spared` never."""

    def __init__(self, app: ASGIApp, faults: Faults, spared: str) -> None:
        self._app, self._faults, self._spared = app, faults, spared

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self._spared):
            await self._app(scope, receive, send)
        elif fault := self._faults.next(scope["method"], scope["path"]):
            await self._strike(fault, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _strike(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if effect := self._faults.effect(fault.name):
            answer = await asyncio.to_thread(effect, Request(scope))
            await (answer or self._app)(scope, receive, send)
        elif fault.name == "slow":
            await asyncio.sleep(SLOW if fault.number is None else fault.number)
            await self._app(scope, receive, send)
        elif fault.name == "drop":
            await _end(scope, receive, reset=False)
        elif fault.name == "garbage":
            await self._app(scope, receive, _Garbled(send, fault.chance))
        elif fault.name in ("lost", "cut", "half"):
            await self._app(scope, receive, _Halved(send, nothing=fault.name == "lost"))
            await _end(scope, receive, reset=fault.name == "cut")
        else:
            await gateway_page(int(fault.name))(scope, receive, send)


def gateway_page(status: int) -> HTMLResponse:
    """What a gateway sends when the service behind it does not answer."""
    title = f"{status} {_REASONS.get(status, 'Error')}"
    return HTMLResponse(
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        "<hr><center>gateway</center>\r\n</body>\r\n</html>\r\n",
        status,
    )


class _Halved:
    """Passes on the head and half of the body of an answer; of one without length, half of its first piece."""

    def __init__(self, send: Send, *, nothing: bool) -> None:
        self._send, self._nothing, self._left = send, nothing, -1

    async def __call__(self, message: Message) -> None:
        if self._nothing:
            return
        if message["type"] == "http.response.start":
            length = dict(message["headers"]).get(b"content-length")
            self._left = -1 if length is None else int(length) // 2
            self._nothing = length in (b"0", b"1") or message["status"] in (204, 304)
            if not self._nothing:
                await self._send(message)
            return
        body = message.get("body", b"")
        if self._left < 0:
            self._left = len(body) // 2
        piece, self._left = body[: self._left], self._left - len(body)
        await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        self._nothing = self._left <= 0


class _Garbled:
    """Puts nonsense in the place of a JSON body; other answers pass."""

    def __init__(self, send: Send, chance: Random) -> None:
        self._send, self._chance = send, chance
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if b"json" not in dict(message["headers"]).get(b"content-type", b""):
                await self._send(message)
            else:
                self._start = message
            return
        if self._start is None:
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        nonsense = self._chance.choice(
            [self._body[: len(self._body) // 2] or b"{", gateway_page(502).body, b"\x00\xff" * 40, b"null}"]
        )
        headers = MutableHeaders(raw=list(self._start["headers"]))
        headers["content-length"] = str(len(nonsense))
        del headers["content-encoding"]
        await self._send({**self._start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": bytes(nonsense)})


async def _end(scope: Scope, receive: Receive, *, reset: bool) -> None:
    """Close the connection, by a reset or in good order, and wait until it is gone."""
    transport: asyncio.Transport = scope["extensions"][_TRANSPORT]["transport"]
    if reset:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()
    else:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass
