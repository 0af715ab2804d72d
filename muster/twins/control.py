"""The control URL of a twin: read its state back, move its time, change its faults, give it rows.

GET    /_twin/                   what it is: name, credentials, time, and how to use the rest
GET    /_twin/objects            records by object, deleted ones apart
GET    /_twin/state/OBJECT       all records, one JSON object a line, with `_modified`, `_deleted`, `_seq`
GET    /_twin/calls              calls by route and status, refusals by reason; DELETE sets both to nothing
GET    /_twin/clock              the time; POST {"advance": SECONDS}, {"set": ISO TIME} or {"speed": FACTOR}
GET    /_twin/faults             faults and how often they struck; POST a list of specs replaces them
GET    /_twin/limits             limits and what is used of them; POST {NAME: LIMIT} changes some
POST   /_twin/load/OBJECT        NDJSON, or an Arrow IPC stream: add or replace by key
POST   /_twin/delete/OBJECT      a list of keys (a key of several columns is a list); ?hard=true leaves no trace

A wrong request is 400 with one line. Calls here count nowhere, and faults spare them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount

from muster.errors import MusterError
from muster.sql import identifier
from muster.twins.calls import Call, Handler, answer, route
from muster.twins.store import Key

if TYPE_CHECKING:
    from muster.twins.server import Twin

PREFIX = "/_twin"
ARROW = "application/vnd.apache.arrow.stream"


def routes(twin: Twin) -> Mount:
    """All of it, to be mounted into the twin's application."""
    control = _Control(twin)
    table: list[tuple[str, str, Handler]] = [
        ("GET", "/", control.about),
        ("GET", "/objects", control.objects),
        ("GET", "/state/{object}", control.state),
        ("GET", "/calls", control.calls),
        ("DELETE", "/calls", control.forget_calls),
        ("GET", "/clock", control.clock),
        ("POST", "/clock", control.move_clock),
        ("GET", "/faults", control.faults),
        ("POST", "/faults", control.set_faults),
        ("GET", "/limits", control.limits),
        ("POST", "/limits", control.set_limits),
        ("POST", "/load/{object}", control.load),
        ("POST", "/delete/{object}", control.delete),
    ]
    common = [route(path, _checked(handler), [method]) for method, path, handler in table]
    return Mount(PREFIX, routes=[*common, *twin.controls()])


class _Control:
    def __init__(self, twin: Twin) -> None:
        self._twin = twin

    def about(self, call: Call) -> Response:
        twin = self._twin
        told = {"twin": twin.name, "time": twin.clock.now().isoformat(), "credentials": dict(twin.credentials())}
        return answer({**told, "usage": (__doc__ or "").splitlines()[2:]})

    def objects(self, call: Call) -> Response:
        store = self._twin.store
        counts = {name: (store.count(name), store.count(name, deleted=True)) for name in store.objects}
        return answer({name: {"records": there, "deleted": every - there} for name, (there, every) in counts.items()})

    def state(self, call: Call) -> Response:
        return StreamingResponse(self._lines(self._known(call.params["object"])), media_type="application/x-ndjson")

    def calls(self, call: Call) -> Response:
        return answer(self._twin.calls.told())

    def forget_calls(self, call: Call) -> Response:
        self._twin.calls.reset()
        return self.calls(call)

    def clock(self, call: Call) -> Response:
        clock = self._twin.clock
        return answer({"now": clock.now().isoformat(), "speed": clock.speed})

    def move_clock(self, call: Call) -> Response:
        clock, wanted = self._twin.clock, call.json()
        moves = {
            "speed": lambda value: setattr(clock, "speed", float(value)),
            "set": lambda value: clock.set(_moment(value)),
            "advance": lambda value: clock.advance(timedelta(seconds=value)),
        }
        if not isinstance(wanted, dict) or not wanted or wanted.keys() - moves.keys():
            raise ValueError('give {"advance": seconds}, {"set": "2026-01-31T00:00:00Z"} or {"speed": factor}')
        for name in [name for name in moves if name in wanted]:
            moves[name](wanted[name])
        return self.clock(call)

    def faults(self, call: Call) -> Response:
        return answer(self._twin.faults.told())

    def set_faults(self, call: Call) -> Response:
        specs = call.json()
        if not isinstance(specs, list) or not all(isinstance(spec, str) for spec in specs):
            raise ValueError('give a list of faults, such as ["503:0.05", "cut:0.01"]')
        self._twin.faults.set(specs)
        return self.faults(call)

    def limits(self, call: Call) -> Response:
        limits = self._twin.limits.items()
        return answer({name: {"limit": limit.limit, "used": limit.used} for name, limit in limits})

    def set_limits(self, call: Call) -> Response:
        limits, wanted = self._twin.limits, call.json()
        if not isinstance(wanted, dict) or wanted.keys() - limits.keys():
            raise ValueError(f"give a limit by name; there are {', '.join(limits) or 'none'}")
        for name, value in wanted.items():
            limits[name].limit = int(value)
        return self.limits(call)

    def load(self, call: Call) -> Response:
        object_ = self._known(call.params["object"])
        arrow = call.headers.get("content-type", "").startswith(ARROW)
        tables = [pa.ipc.open_stream(call.body).read_all()] if arrow else _tables(call.body)
        return answer({"loaded": sum(self._twin.load(object_, table) for table in tables)})

    def delete(self, call: Call) -> Response:
        object_, keys = self._known(call.params["object"]), [_key(each) for each in call.json()]
        hard = call.query.get("hard") == "true"
        return answer({"deleted": (self._twin.store.hard_delete if hard else self._twin.delete)(object_, keys)})

    def _lines(self, object_: str) -> Iterator[bytes]:
        for batch in self._twin.store.batches(f"select * from {identifier(object_)} order by _seq"):
            yield b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in batch.to_pylist())

    def _known(self, object_: str) -> str:
        if object_ not in self._twin.store.objects:
            raise ValueError(f"there is no '{object_}' here; there are {', '.join(self._twin.store.objects)}")
        return object_


def _checked(handler: Handler) -> Handler:
    """Says in one line what was wrong with a request."""

    def checked(call: Call) -> Response:
        try:
            return handler(call)
        except (ValueError, TypeError, KeyError, MusterError) as error:
            return PlainTextResponse(f"{error}\n", 400)

    return checked


def _tables(lines: bytes) -> list[pa.Table]:
    """Records of NDJSON as text, a table for each set of fields: a field that a record does not name stays as it is."""
    shapes: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for line in lines.splitlines():
        if line.strip():
            record = orjson.loads(line)
            shapes.setdefault(tuple(record), []).append(record)
    return [
        pa.table({name: pa.array([_text(record[name]) for record in alike], pa.string()) for name in names})
        for names, alike in shapes.items()
    ]


def _text(value: Any) -> str | None:
    """What is neither text nor null is put as JSON."""
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


def _key(value: Any) -> Key:
    return tuple(str(part) for part in value) if isinstance(value, list) else str(value)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
