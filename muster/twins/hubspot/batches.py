"""Batches of records: `…/batch/read`, `create`, `update`, `upsert`, `archive`; a hundred inputs each.

A batch fails as a whole, by its first error, unless each input has its own `objectWriteTraceId`: then it is answered
207 with an error for each that failed. Records that are not there fail by themselves in either case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from muster.twins.calls import Call, Handler
from muster.twins.hubspot.asking import Body, body_of, inputs_of, list_of, refuse_doubles
from muster.twins.hubspot.associations import Associations
from muster.twins.hubspot.errors import Refusal, gone_records, invalid
from muster.twins.hubspot.gate import Gate
from muster.twins.hubspot.history import History
from muster.twins.hubspot.kinds import Kind, Kinds
from muster.twins.hubspot.objects import Objects
from muster.twins.hubspot.paths import forms, routes
from muster.twins.hubspot.records import ID, Records
from muster.twins.hubspot.rendering import Batches, readable, record
from muster.twins.hubspot.writing import Draft, Writing, Written

#: Inputs of a batch at most.
INPUTS = 100
#: A fault by which single inputs of a batch fail; the batch must be one that can fail in part.
INPUT_ERROR = "input-error"


class ObjectBatches:
    """Handlers of batches of records. `unlucky` says of one input whether a fault strikes it."""

    def __init__(
        self,
        kinds: Kinds,
        records: Records,
        writing: Writing,
        history: History,
        associations: Associations,
        objects: Objects,
        batches: Batches,
        unlucky: Callable[[], bool],
    ) -> None:
        self._kinds, self._records, self._writing, self._history = kinds, records, writing, history
        self._associations, self._objects, self._batches, self._unlucky = associations, objects, batches, unlucky

    def routes(self, gate: Gate) -> list[Route]:
        def of(verb: str, handler: Handler, access: str) -> list[Route]:
            guarded = gate.guarded(handler, scope=lambda call: self._kind(call).scope(access))
            return routes(forms("objects", f"/{{type}}/batch/{verb}"), guarded, ["POST"])

        return [
            *of("read", self.read, "read"),
            *of("create", self.create, "write"),
            *of("update", self.update, "write"),
            *of("upsert", self.upsert, "write"),
            *of("archive", self.archive, "write"),
        ]

    def read(self, call: Call) -> Response:
        started, kind, body = self._now(), self._kind(call), body_of(call, "inputs")
        asked = [str(each["id"]) for each in inputs_of(body, INPUTS, "id")]
        names, dated = readable(self._records.definitions, kind, list_of(body, "properties")), self._dated(kind, body)
        archived = call.query.get("archived") == "true"
        found = self._records.many(kind, asked, body.get("idProperty"), [*names, *dated], archived=archived)
        results = []
        for row in {row[ID]: row for row in found.values()}.values():
            told = record(row, kind, names)
            if dated:
                told["propertiesWithHistory"] = self._history.of(kind, row, dated)
            results.append(told)
        missing = [id_ for id_ in dict.fromkeys(asked) if id_ not in found]
        errors = [gone_records(kind.singular, missing).in_batch()] if missing else []
        return self._batches.answer(started, self._now(), results, errors)

    def create(self, call: Call) -> Response:
        started, kind = self._now(), self._kind(call)
        inputs = inputs_of(body_of(call), INPUTS, "properties")
        drafts = [Draft(None, each["properties"], each.get("objectWriteTraceId")) for each in inputs]
        with self._records.store.writing():
            outcomes = self._write(kind, drafts, partly=_traced(drafts))
            for each, outcome in zip(inputs, outcomes, strict=True):
                if isinstance(outcome, Written):
                    self._associations.at_creation(kind, outcome.row[ID], list_of(each, "associations"))
        return self._told(kind, started, drafts, outcomes, 201)

    def update(self, call: Call) -> Response:
        started, kind = self._now(), self._kind(call)
        inputs = inputs_of(body_of(call), INPUTS, "id", "properties")
        with self._records.store.writing():
            ids = self._found(kind, inputs)
            missing = [str(each["id"]) for each in inputs if str(each["id"]) not in ids]
            drafts = [
                Draft(ids[str(each["id"])], each["properties"], each.get("objectWriteTraceId"))
                for each in inputs
                if str(each["id"]) in ids
            ]
            refuse_doubles([str(draft.id) for draft in drafts])
            outcomes = self._write(kind, drafts, partly=_traced(drafts))
        return self._told(kind, started, drafts, outcomes, 200, missing=missing)

    def upsert(self, call: Call) -> Response:
        started, kind = self._now(), self._kind(call)
        inputs = inputs_of(body_of(call), INPUTS, "id", "properties")
        refuse_doubles([str(each["id"]).lower() for each in inputs])
        with self._records.store.writing():
            ids = self._found(kind, inputs)
            drafts, missing = [], []
            for each in inputs:
                key, by, properties = str(each["id"]), each.get("idProperty"), each["properties"]
                if by and by != ID:
                    properties = {by: key, **properties}
                elif key not in ids:
                    missing.append(key)
                    continue
                drafts.append(Draft(ids.get(key), properties, each.get("objectWriteTraceId")))
            by_email = any(each.get("idProperty") == "email" for each in inputs)  # the vendor: not in part by e-mail
            outcomes = self._write(kind, drafts, partly=_traced(drafts) and not by_email)
        return self._told(kind, started, drafts, outcomes, 200, missing=missing, tell_new=True)

    def archive(self, call: Call) -> Response:
        kind = self._kind(call)
        self._objects.remove(kind, [str(each["id"]) for each in inputs_of(body_of(call), INPUTS, "id")])
        return Response(status_code=204)

    def _write(self, kind: Kind, drafts: Sequence[Draft], *, partly: bool) -> list[Written | Refusal]:
        struck = [partly and self._unlucky() for _ in drafts]
        good = iter(
            self._writing.write(kind, [d for d, hit in zip(drafts, struck, strict=True) if not hit], partly=partly)
        )
        return [_broken() if hit else next(good) for hit in struck]

    def _found(self, kind: Kind, inputs: Sequence[Body]) -> dict[str, str]:
        """Ids of the records that the inputs name, by the text that names them. One property names all of them."""
        ways = {each.get("idProperty") for each in inputs}
        if len(ways) > 1:
            raise invalid("All inputs of a batch must have the same idProperty")
        rows = self._records.many(kind, [str(each["id"]) for each in inputs], next(iter(ways), None), [])
        return {named: row[ID] for named, row in rows.items()}

    def _told(
        self,
        kind: Kind,
        started: datetime,
        drafts: Sequence[Draft],
        outcomes: Sequence[Written | Refusal],
        status: int,
        *,
        missing: Sequence[str] = (),
        tell_new: bool = False,
    ) -> Response:
        results, errors = list[dict[str, Any]](), list[dict[str, Any]]()
        for draft, outcome in zip(drafts, outcomes, strict=True):
            if isinstance(outcome, Refusal):
                errors.append(outcome.in_batch(objectWriteTraceId=[str(draft.trace)]))
                continue
            told = record(outcome.row, kind, outcome.names)
            if draft.trace is not None:
                told["objectWriteTraceId"] = draft.trace
            if tell_new:
                told["new"] = outcome.new
            results.append(told)
        if missing:
            errors.append(gone_records(kind.singular, missing).in_batch())
        return self._batches.answer(started, self._now(), results, errors, status)

    def _dated(self, kind: Kind, body: Body) -> list[str]:
        return [name for name in list_of(body, "propertiesWithHistory") if self._records.definitions.get(kind, name)]

    def _kind(self, call: Call) -> Kind:
        return self._kinds[call.params["type"]]

    def _now(self) -> datetime:
        return self._records.store.clock.now()


def _traced(drafts: Sequence[Draft]) -> bool:
    """Whether a batch may fail in part: each input has a mark of its own."""
    traces = [draft.trace for draft in drafts]
    return None not in traces and len(set(traces)) == len(traces)


def _broken() -> Refusal:
    return Refusal(500, "internal error", "INTERNAL_ERROR")
