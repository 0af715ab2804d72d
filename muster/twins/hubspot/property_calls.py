"""Properties over HTTP: `/crm/v3/properties/{type}`, single, in batches, and their groups."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from muster.twins.calls import Call, Handler, answer
from muster.twins.hubspot.asking import body_of, flag, inputs_of
from muster.twins.hubspot.definitions import Definitions
from muster.twins.hubspot.errors import Refusal
from muster.twins.hubspot.gate import Gate
from muster.twins.hubspot.kinds import Kind, Kinds
from muster.twins.hubspot.paths import forms, routes
from muster.twins.hubspot.rendering import Batches
from muster.twins.hubspot.values import moment_text

#: Inputs of a batch at most.
INPUTS = 100


class PropertyCalls:
    """Handlers of properties; what an object's records may, its schema may."""

    def __init__(self, kinds: Kinds, definitions: Definitions, batches: Batches, clock: Any) -> None:
        self._kinds, self._definitions, self._batches, self._clock = kinds, definitions, batches, clock

    def routes(self, gate: Gate) -> list[Route]:
        table: list[tuple[str, str, str, Handler]] = [
            ("POST", "/batch/read", "read", self.batch_read),
            ("POST", "/batch/create", "write", self.batch_create),
            ("POST", "/batch/archive", "write", self.batch_archive),
            ("GET", "/groups", "read", self.groups),
            ("POST", "/groups", "write", self.create_group),
            ("GET", "", "read", self.all),
            ("POST", "", "write", self.create),
            ("GET", "/{name}", "read", self.read),
            ("PATCH", "/{name}", "write", self.change),
            ("DELETE", "/{name}", "write", self.archive),
        ]
        return [
            each
            for method, tail, access, handler in table
            for each in routes(forms("properties", "/{type}" + tail), self._guarded(gate, handler, access), [method])
        ]

    def all(self, call: Call) -> Response:
        found = self._definitions.of(self._kind(call), archived=flag(call, "archived"))
        return answer({"results": [each.told() for each in found]})

    def read(self, call: Call) -> Response:
        archived = flag(call, "archived")
        return answer(self._definitions.must(self._kind(call), call.params["name"], archived=archived).told())

    def create(self, call: Call) -> Response:
        return answer(self._definitions.create(self._kind(call), body_of(call), self._now()).told(), 201)

    def change(self, call: Call) -> Response:
        made = self._definitions.change(self._kind(call), call.params["name"], body_of(call), self._now())
        return answer(made.told())

    def archive(self, call: Call) -> Response:
        self._definitions.archive(self._kind(call), call.params["name"], self._now())
        return Response(status_code=204)

    def groups(self, call: Call) -> Response:
        return answer({"results": self._definitions.groups(self._kind(call))})

    def create_group(self, call: Call) -> Response:
        body = body_of(call, "name", "label")
        return answer(self._definitions.add_group(self._kind(call), body["name"], body["label"]), 201)

    def batch_read(self, call: Call) -> Response:
        started, body = self._clock.now(), body_of(call)
        results, errors = list[dict[str, Any]](), list[dict[str, Any]]()
        for each in inputs_of(body, INPUTS, "name"):
            try:
                archived = bool(body.get("archived"))
                results.append(self._definitions.must(self._kind(call), each["name"], archived=archived).told())
            except Refusal as refusal:
                errors.append(refusal.in_batch(name=[each["name"]]))
        return self._batches.answer(started, self._clock.now(), results, errors)

    def batch_create(self, call: Call) -> Response:
        started, results, errors = self._clock.now(), list[dict[str, Any]](), list[dict[str, Any]]()
        for each in inputs_of(body_of(call), INPUTS):
            try:
                results.append(self._definitions.create(self._kind(call), each, self._now()).told())
            except Refusal as refusal:
                errors.append(refusal.in_batch(name=[str(each.get("name"))]))
        return self._batches.answer(started, self._clock.now(), results, errors, 201)

    def batch_archive(self, call: Call) -> Response:
        for each in inputs_of(body_of(call), INPUTS, "name"):
            if self._definitions.get(self._kind(call), each["name"]):
                self._definitions.archive(self._kind(call), each["name"], self._now())
        return Response(status_code=204)

    def _guarded(self, gate: Gate, handler: Handler, access: str) -> Handler:
        return gate.guarded(handler, scope=lambda call: self._kind(call).scope(access).replace("objects", "schemas"))

    def _kind(self, call: Call) -> Kind:
        return self._kinds[call.params["type"]]

    def _now(self) -> str:
        return moment_text(self._clock.now())
