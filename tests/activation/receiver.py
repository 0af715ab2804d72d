"""A receiver of webhooks on this machine, which keeps what it was sent and answers as it is told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()


@dataclass
class Receiver:
    """`messages` are all that came in, `held` the rows that it has, each message counting once by its id."""

    port: int = 0
    answers: list[tuple[int, dict[str, str], Any]] = field(default_factory=list)
    messages: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    held: dict[str, Any] = field(default_factory=dict)
    poison: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?tenant=1"

    def take(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], Any]:
        self.messages.append((headers, body))
        if self.answers:
            return self.answers.pop(0)
        changes = json.loads(body)["data"]["changes"]
        if self.poison & {change["id"] for change in changes}:
            return 422, {}, {"error": "bad row"}
        if headers["webhook-id"] not in self.seen:
            self.seen.add(headers["webhook-id"])
            for change in changes:
                for gone in change["merged_ids"] or []:
                    self.held.pop(gone, None)
                if change["op"] == "REMOVE":
                    self.held.pop(change["id"], None)
                else:
                    self.held[change["id"]] = change["fields"]
        return 200, {}, {}

    def is_signed(self, number: int) -> bool:
        """Whether a message is signed with `SECRET`, worked out anew from the specification."""
        headers, body = self.messages[number]
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        text = headers["webhook-id"].encode() + b"." + headers["webhook-timestamp"].encode() + b"." + body
        wanted = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        return wanted in headers["webhook-signature"].split(" ")


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told = {name.lower(): value for name, value in self.headers.items()}
            status, headers, answer = receiver.take({**told, ":path": self.path}, body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
