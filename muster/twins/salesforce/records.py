"""One record at a time: `/sobjects/X`, by id or by another key; and who left or changed, `/deleted`, `/updated`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from muster.twins.calls import Call, answer
from muster.twins.salesforce.bin import KEPT, Bin
from muster.twins.salesforce.describes import entity_in
from muster.twins.salesforce.errors import RecordError, Refusal, not_found
from muster.twins.salesforce.gate import json_object, version
from muster.twins.salesforce.ids import full, is_id
from muster.twins.salesforce.org import Org
from muster.twins.salesforce.schema import Entity, Field
from muster.twins.salesforce.values import moment, read_moment
from muster.twins.salesforce.writing.drafts import Manner, Outcome
from muster.twins.salesforce.writing.writer import Writer

_WINDOW = timedelta(days=30)
#: From this version on an upsert that changes a record answers with a body.
_UPSERT_TELLS = 46


class Records:
    """Reads and writes single records."""

    def __init__(self, org: Org, writer: Writer, bin_: Bin) -> None:
        self._org, self._writer, self._bin = org, writer, bin_

    def create(self, call: Call) -> Response:
        entity, record = entity_in(call, self._org), _body(call)
        (outcome,) = self._writer.create(entity, [record], manner(call))
        _raise(outcome)
        return answer({"id": outcome.id, "success": True, "errors": []}, 201)

    def get(self, call: Call) -> Response:
        entity = entity_in(call, self._org)
        return self._shown(call, entity, self._there(entity, call.params["id"]))

    def update(self, call: Call) -> Response:
        entity, record = entity_in(call, self._org), _body(call)
        id_ = self._there(entity, call.params["id"])
        (outcome,) = self._writer.update(entity, [{**record, "Id": id_}], manner(call))
        _raise(outcome)
        return Response(status_code=204)

    def delete(self, call: Call) -> Response:
        entity = entity_in(call, self._org)
        (outcome,) = self._writer.delete(entity, [self._there(entity, call.params["id"])], manner(call))
        _raise(outcome)
        return Response(status_code=204)

    # -- by another key --------------------------------------------------------------------------------------------

    def get_by(self, call: Call) -> Response:
        entity, key = self._keyed(call)
        found = self._matching(entity, key, call.params["value"])
        if not found:
            raise Refusal(
                404, "NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {key.name}"
            )
        return self._several(call, entity, found) or self._shown(call, entity, found[0])

    def upsert(self, call: Call) -> Response:
        entity, key = self._keyed(call)
        record = _body(call)
        found = self._matching(entity, key, call.params["value"])
        if several := self._several(call, entity, found):
            return several
        only = call.query.get("updateOnly", "").lower() == "true"
        told = manner(call, update_only=only)
        (outcome,) = self._writer.upsert(entity, key.name, [{**record, key.name: call.params["value"]}], told)
        _raise(outcome)
        if not outcome.created and int(version(call).split(".")[0]) < _UPSERT_TELLS:
            return Response(status_code=204)
        body: dict[str, Any] = {"id": outcome.id, "success": True, "errors": [], "created": outcome.created}
        return answer(body, 201 if outcome.created else 200)

    def delete_by(self, call: Call) -> Response:
        entity, key = self._keyed(call)
        found = self._matching(entity, key, call.params["value"])
        if several := self._several(call, entity, found):
            return several
        if not found:
            raise not_found()
        (outcome,) = self._writer.delete(entity, found, manner(call))
        _raise(outcome)
        return Response(status_code=204)

    def _keyed(self, call: Call) -> tuple[Entity, Field]:
        entity = entity_in(call, self._org)
        return entity, self._writer.key(entity, call.params["field"])

    def _matching(self, entity: Entity, key: Field, value: str) -> list[str]:
        found = self._writer.lookups.records(entity, key, [full(value) if key.type == "id" else value])
        return [each["Id"] for each in found if each.get("IsDeleted") != "true"]

    def _several(self, call: Call, entity: Entity, found: list[str]) -> Response | None:
        if len(found) < 2:
            return None
        place = f"/services/data/v{version(call)}/sobjects/{entity.name}"
        return answer([f"{place}/{id_}" for id_ in found], 300)

    # -- reading ---------------------------------------------------------------------------------------------------

    def _there(self, entity: Entity, id_: str) -> str:
        """The id in its full form; 404 where no such record is, or is no more."""
        wanted = full(id_)
        table = self._org.view.table(entity)
        row = self._org.store.rows(f"select * from {table} where Id = ?", [wanted]) if is_id(wanted) else []
        if not row:
            raise not_found()
        if row[0].get("IsDeleted") == "true":
            raise Refusal.of(RecordError("ENTITY_IS_DELETED", "entity is deleted"))
        return wanted

    def _shown(self, call: Call, entity: Entity, id_: str) -> Response:
        names = [name for name in call.query.get("fields", "").split(",") if name]
        for name in names:
            if "." not in name and not self._org.view.field(entity, name):
                raise Refusal(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {entity.name}")
        fields = names or [each.name for each in self._org.view.fields(entity)]
        text = f"SELECT {', '.join(fields)} FROM {entity.name} WHERE Id = '{id_}'"
        line = self._org.store.value(self._org.compiler(version(call)).compile(text).rows)
        return Response(line, media_type="application/json")

    # -- changes ---------------------------------------------------------------------------------------------------

    def deleted(self, call: Call) -> Response:
        entity = entity_in(call, self._org)
        start, end = self._window(call, KEPT)
        gone = self._bin.deleted(entity, start, end)
        return answer({
            "deletedRecords": [{"id": id_, "deletedDate": at} for id_, at in gone],
            "earliestDateAvailable": moment((self._org.now - KEPT).replace(second=0)),
            "latestDateCovered": self._covered(end),
        })  # fmt: skip

    def updated(self, call: Call) -> Response:
        entity = entity_in(call, self._org)
        start, end = self._window(call, _WINDOW)
        return answer({"ids": self._bin.updated(entity, start, end), "latestDateCovered": self._covered(end)})

    def _window(self, call: Call, back: timedelta) -> tuple[datetime, datetime]:
        """Start and end, cut to minutes."""
        times = []
        for name in ("start", "end"):
            told = read_moment(call.query.get(name, "").replace(" ", "+"))
            if told is None:
                raise Refusal(400, "INVALID_REPLICATION_DATE", f"{name} date has to be specified in ISO 8601 format")
            times.append(told.replace(second=0, microsecond=0))
        start, end = times
        if end - start < timedelta(minutes=1):
            what = "endDate must be at least one minute greater than startDate"
        elif end - start > _WINDOW:
            what = "the time span is longer than 30 days"
        elif start < self._org.now - back - timedelta(minutes=1):
            what = f"startDate is more than {back.days} days ago"
        else:
            return start, end
        raise Refusal(400, "INVALID_REPLICATION_DATE", what)

    def _covered(self, end: datetime) -> str:
        """No further than what must have become visible by now."""
        return moment(min(end, (self._org.now - self._org.late.delay).replace(second=0)))


def manner(call: Call, *, update_only: bool = False) -> Manner:
    """How a REST call writes."""
    allow = "allowsave=true" in call.headers.get("sforce-duplicate-rule-header", "").lower().replace(" ", "")
    return Manner(call.path, call.method, allow_duplicates=allow, update_only=update_only)


def _body(call: Call) -> dict[str, Any]:
    told = json_object(call)
    if any(name.lower() == "id" for name in told):
        raise Refusal(400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.")
    return told


def _raise(outcome: Outcome) -> None:
    """The answer for one record that was refused; a value of a wrong type is told as the parser tells it."""
    if outcome.success:
        return
    first = outcome.errors[0]
    if first.code == "INVALID_TYPE_ON_FIELD_IN_RECORD":
        raise Refusal(400, "JSON_PARSER_ERROR", f"Cannot deserialize instance: {first.message}")
    raise Refusal.of(*outcome.errors)
