"""A toy twin that shows what the kernel does for every twin."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from muster.twins.calls import Call, answer, file_answer, route
from muster.twins.limits import SlidingWindow
from muster.twins.server import Twin


class Toy(Twin):
    name = "toy"
    uncompressed = ("/plain",)

    def __init__(self) -> None:
        super().__init__()
        self.store.define("things", ["id"])
        self.folder, self.tokens_expired = TemporaryDirectory(), 0
        self.faults.define("expire", self._expire)
        self.faults.define("busy", lambda request: answer({"code": "606"}, 200))
        self.faults.define("row-locked")
        self.limits["calls"] = SlidingWindow(1000, 10, self.clock)

    def routes(self) -> list[BaseRoute]:
        return [
            route("/things/{id}", lambda call: answer(self.store.get("things", call.params["id"]) is not None)),
            route("/things", self._put, ["POST"]),
            route("/big", lambda call: answer(["x" * 100] * 100)),
            route("/plain/big", lambda call: answer(["x" * 100] * 100)),
            route("/plain/file", self._file),
            route("/rows", lambda call: answer([self.faults.strikes("row-locked", call.path) for _ in range(100)])),
        ]

    def load(self, object_: str, table: pa.Table) -> int:
        return self.store.load(object_, table, deleted="gone")

    def _put(self, call: Call) -> Response:
        self.store.upsert("things", [call.json()])
        return answer({"ok": True}, 201)

    def _file(self, call: Call) -> Response:
        path = Path(self.folder.name, "file.csv")
        path.write_bytes(bytes(range(256)) * 4000)
        return file_answer(path, "text/csv")

    def _expire(self, request: Request) -> None:
        self.tokens_expired += 1
