"""Up to two hundred records in a call: `/composite/sobjects`. Answers stand in the order of the request.

The answer is 200 although records fail, which is told record by record; with `allOrNone` one failure takes all back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from starlette.responses import Response

from muster.twins.calls import Call, answer
from muster.twins.salesforce.describes import entity_in
from muster.twins.salesforce.errors import RecordError, Refusal
from muster.twins.salesforce.gate import json_object, version
from muster.twins.salesforce.ids import full
from muster.twins.salesforce.org import Org
from muster.twins.salesforce.records import manner
from muster.twins.salesforce.schema import Entity
from muster.twins.salesforce.writing.drafts import Outcome
from muster.twins.salesforce.writing.writer import Writer

RECORDS = 200
_CHUNKS = 10
_READ_BY_URL, _READ_BY_BODY = 800, 2_000
_ROLLED_BACK = RecordError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)
_Write = Callable[[Entity, list[dict[str, Any]]], list[Outcome]]


class Collections:
    """Writes and reads lists of records."""

    def __init__(self, org: Org, writer: Writer) -> None:
        self._org, self._writer = org, writer

    def create(self, call: Call) -> Response:
        return self._mixed(call, lambda entity, records: self._writer.create(entity, records, manner(call)))

    def update(self, call: Call) -> Response:
        return self._mixed(call, lambda entity, records: self._writer.update(entity, records, manner(call)))

    def upsert(self, call: Call) -> Response:
        entity, key = entity_in(call, self._org), call.params["field"]
        self._writer.key(entity, key)
        records, all_or_none = self._records(call)
        if any(found is not entity for found, _ in records):
            raise Refusal(400, "INVALID_TYPE", f"all records must be of type {entity.name}")
        write = manner(call)
        outcomes = self._write(
            all_or_none, [lambda: self._writer.upsert(entity, key, [record for _, record in records], write)]
        )
        return answer([each.listed(upsert=True) for each in outcomes])

    def delete(self, call: Call) -> Response:
        ids = [full(id_) for id_ in call.query.get("ids", "").split(",") if id_]
        self._few(ids)
        chunks = []
        for entity, group in groupby(ids, lambda id_: self._org.schema.of_id(id_)):
            chunks.append(self._deleting(call, entity, list(group)))
        outcomes = self._write(call.query.get("allOrNone", "").lower() == "true", chunks)
        return answer([each.listed() for each in outcomes])

    def read(self, call: Call) -> Response:
        """`GET ?ids=…&fields=…`, or the same in a POST body; null for a record that is not there."""
        if call.method == "GET":
            ids, fields = (call.query.get(name, "").split(",") for name in ("ids", "fields"))
            most = _READ_BY_URL
        else:
            body = json_object(call)
            ids, fields = (
                list(map(str, told)) if isinstance(told := body.get(n), list) else [] for n in ("ids", "fields")
            )
            most = _READ_BY_BODY
        if len(ids) > most:
            raise Refusal(400, "EXCEEDED_ID_LIMIT", f"record limit reached. cannot read more than {most} records")
        entity = entity_in(call, self._org)
        wanted = [full(id_) for id_ in ids if id_]
        listed = ", ".join(f"'{id_}'" for id_ in wanted if id_.isalnum()) or "null"
        names = dict.fromkeys(["Id", *filter(None, fields)])
        text = f"SELECT {', '.join(names)} FROM {entity.name} WHERE Id IN ({listed})"
        statement = self._org.compiler(version(call)).compile(text)
        lines = {row["line"].split('"Id":"', 1)[1][:18]: row["line"] for row in self._org.store.rows(statement.rows)}
        return Response(f"[{','.join(lines.get(id_, 'null') for id_ in wanted)}]", media_type="application/json")

    # -- inside ----------------------------------------------------------------------------------------------------

    def _mixed(self, call: Call, write: _Write) -> Response:
        """Records of several objects, in runs of one object each."""
        records, all_or_none = self._records(call)
        runs = [(entity, [record for _, record in run]) for entity, run in groupby(records, lambda each: each[0])]
        if len(runs) > _CHUNKS:
            raise Refusal(400, "EXCEEDED_ID_LIMIT", f"Cannot have more than {_CHUNKS} chunks in a single operation")
        chunks = [partial(write, entity, run) for entity, run in runs]
        return answer([each.listed() for each in self._write(all_or_none, chunks)])

    def _records(self, call: Call) -> tuple[list[tuple[Entity, dict[str, Any]]], bool]:
        body = json_object(call)
        records = body.get("records")
        if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
            raise Refusal(400, "JSON_PARSER_ERROR", "records must be a list of objects")
        self._few(records)
        return [(self._typed(each), each) for each in records], body.get("allOrNone") is True

    def _typed(self, record: dict[str, Any]) -> Entity:
        attributes = record.get("attributes")
        name = attributes.get("type") if isinstance(attributes, dict) else None
        if not isinstance(name, str):
            raise Refusal(400, "INVALID_TYPE", "The attributes type of a record must be specified")
        entity = self._org.view.entity(name)
        if entity is None:
            raise Refusal(400, "INVALID_TYPE", f"sObject type '{name}' is not supported.")
        return entity

    def _few(self, records: list[Any]) -> None:
        if len(records) > RECORDS:
            what = f"record limit reached. cannot submit more than {RECORDS} records in this call"
            raise Refusal(400, "EXCEEDED_ID_LIMIT", what)

    def _deleting(self, call: Call, entity: Entity | None, ids: list[str]) -> Callable[[], list[Outcome]]:
        if entity is None or not self._org.view.entity(entity.name):
            return lambda: [Outcome(id_, errors=(RecordError("MALFORMED_ID", f"malformed id {id_}"),)) for id_ in ids]
        return lambda: self._writer.delete(entity, ids, manner(call))

    def _write(self, all_or_none: bool, chunks: Sequence[Callable[[], list[Outcome]]]) -> Iterator[Outcome]:
        outcomes: list[Outcome] = []
        try:
            with self._org.store.writing():
                outcomes += [outcome for chunk in chunks for outcome in chunk()]
                if all_or_none and not all(each.success for each in outcomes):
                    raise _TakenBack
        except _TakenBack:
            outcomes = [Outcome(None, errors=each.errors or (_ROLLED_BACK,)) for each in outcomes]
        for outcome in outcomes:
            for error in outcome.errors:
                self._org.calls.refuse(error.code)
        return iter(outcomes)


class _TakenBack(Exception):
    """Undoes the transaction around a call with `allOrNone`."""
