"""Activity types: the list of all, the custom ones with their drafts, and adding activities of an approved one.

Source: the "Activities" page: at most 10 custom types of at most 20 secondary attributes; all changes go to a draft,
which counts from its approval on; custom activities are written once, and say `errors` where others say `reasons`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import orjson

from muster.twins.marketo import times, values
from muster.twins.marketo.activities import activity_id
from muster.twins.marketo.activity_types import FIRST_CUSTOM, STANDARD_TYPES
from muster.twins.marketo.answers import Page
from muster.twins.marketo.errors import ApiError, Skip
from muster.twins.marketo.lists import living
from muster.twins.marketo.log import Entry
from muster.twins.marketo.records import mark_deleted, next_id
from muster.twins.marketo.request import Request, record_id, text_of
from muster.twins.marketo.rules import WRITE_ACTIVITY, Rule, either, write
from muster.twins.marketo.standard_fields import Field

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

OBJECT = "activity_types"
COLUMNS = ("apiName", "approved", "draft", "createdAt", "updatedAt")
MOST_TYPES, MOST_ATTRIBUTES, LONGEST_ATTRIBUTES = 10, 20, 65_536
DATA_TYPES = frozenset(
    {"string", "boolean", "integer", "float", "link", "email", "currency", "date", "datetime", "phone", "text"}
)
_NAMES = ("apiName", "name", "triggerName", "filterName")
_READ, _WRITE = either("Activity Metadata"), write("Activity Metadata")
_Definition = dict[str, Any]
#: What can be said of a type that only loaded activities have.
_UNTOLD = {"description": "", "primaryAttribute": {"name": "Value", "dataType": "string"}, "attributes": []}


def _types(twin: MarketoTwin, request: Request) -> Page:
    """Every type of the instance: standard, custom, and whatever else was loaded."""
    known: dict[int, dict[str, Any]] = dict(STANDARD_TYPES)
    for row in _rows(twin):
        if row["approved"]:
            known[int(row["id"])] = _as_standard(int(row["id"]), orjson.loads(row["approved"]))
    logged = twin.store.rows("select distinct activityTypeId::int as id from activities")
    for row in logged:
        known.setdefault(row["id"], {"id": row["id"], "name": f"Activity {row['id']}", **_UNTOLD})
    return Page([known[number] for number in sorted(known)])


def _as_standard(number: int, definition: _Definition) -> dict[str, Any]:
    told = {"id": number, "apiName": definition["apiName"], "name": definition["name"]}
    told["description"] = definition.get("description") or definition["name"]
    names = ("apiName", "name", "dataType")
    told["primaryAttribute"] = {name: definition["primaryAttribute"].get(name) for name in names}
    told["attributes"] = [{name: each.get(name) for name in names} for each in definition["attributes"]]
    return told


def _rows(twin: MarketoTwin) -> list[dict[str, Any]]:
    return twin.store.rows(f"select * from {OBJECT} where not _deleted order by id::bigint")


def _row(twin: MarketoTwin, request: Request) -> dict[str, Any]:
    name = request.path("apiName")
    found = next((row for row in _rows(twin) if row["apiName"] == name), None)
    if found is None:
        raise ApiError(1013, message=f"Activity type '{name}' not found")
    return found


def _told(row: dict[str, Any], *, draft: bool, whole: bool = True) -> dict[str, Any]:
    definition = orjson.loads(row["draft"] if draft and row["draft"] else row["approved"] or row["draft"])
    status = "approved with draft" if row["draft"] and row["approved"] else "draft" if row["draft"] else "approved"
    told = {"id": int(row["id"]), **{name: definition[name] for name in _NAMES}}
    told |= {"description": definition.get("description") or ""}
    told |= {"createdAt": row["createdAt"], "updatedAt": row["updatedAt"], "status": status}
    if whole:
        told["primaryAttribute"] = definition["primaryAttribute"]
        told["attributes"] = definition["attributes"]
    return told


def _custom_types(twin: MarketoTwin, request: Request) -> Page:
    return Page([_told(row, draft=False, whole=False) for row in _rows(twin)])


def _describe(twin: MarketoTwin, request: Request) -> Page:
    return Page([_told(_row(twin, request), draft=request.flag("draft"))])


def _create(twin: MarketoTwin, request: Request) -> Page:
    body = request.json()
    definition: _Definition = {name: text_of(body, name) for name in (*_NAMES, "description")}
    for name in _NAMES:
        if not definition[name]:
            raise ApiError(1002, name)
    definition["primaryAttribute"] = _attribute(body.get("primaryAttribute"), "primaryAttribute")
    definition["attributes"] = []
    with twin.store.writing():
        rows = _rows(twin)
        if len(rows) >= MOST_TYPES:
            raise ApiError(1027)
        if any(row["apiName"] == definition["apiName"] for row in rows):
            raise ApiError(1017)
        row = {"id": str(next_id(twin.store, OBJECT, FIRST_CUSTOM)), "apiName": definition["apiName"], "approved": None}
        return Page([_told(_keep(twin, {**row, "createdAt": _now(twin)}, definition), draft=True)])


def _attribute(given: Any, name: str) -> dict[str, Any]:
    if not isinstance(given, dict) or not isinstance(given.get("apiName"), str) or not given["apiName"]:
        raise ApiError(1002, name)
    type_ = given.get("dataType") or "string"
    if type_ not in DATA_TYPES:
        raise ApiError(1001, type_, "dataType")
    label = given.get("name") or given["apiName"]
    return {
        "apiName": given["apiName"],
        "name": label,
        "description": given.get("description") or "",
        "dataType": type_,
    }


def _keep(twin: MarketoTwin, row: dict[str, Any], definition: _Definition | None) -> dict[str, Any]:
    """Store a type with this draft, or without one."""
    told = orjson.dumps(definition).decode() if definition else None
    kept = {name: row.get(name) for name in ("id", *COLUMNS)} | {"draft": told, "updatedAt": _now(twin)}
    twin.store.upsert(OBJECT, [kept])
    return kept


def _now(twin: MarketoTwin) -> str:
    return times.written(twin.clock.now())


def _draft_of(row: dict[str, Any]) -> _Definition:
    definition: _Definition = orjson.loads(row["draft"] or row["approved"])
    return definition


def _update(twin: MarketoTwin, request: Request) -> Page:
    body = request.json()
    with twin.store.writing():
        row = _row(twin, request)
        definition = _draft_of(row)
        names = ("name", "description", "triggerName", "filterName")
        definition |= {name: text_of(body, name) for name in names if body.get(name)}
        if body.get("primaryAttribute"):
            definition["primaryAttribute"] = _attribute(body["primaryAttribute"], "primaryAttribute")
        return Page([_told(_keep(twin, row, definition), draft=True)])


def _approve(twin: MarketoTwin, request: Request) -> Page:
    with twin.store.writing():
        row = _row(twin, request)
        if not row["draft"]:
            raise ApiError(709, message="There is no draft to approve")
        return Page([_told(_keep(twin, {**row, "approved": row["draft"]}, None), draft=False)])


def _discard(twin: MarketoTwin, request: Request) -> Page:
    with twin.store.writing():
        row = _row(twin, request)
        if not row["draft"] or not row["approved"]:
            raise ApiError(709, message="There is no draft of an approved type")
        return Page([_told(_keep(twin, row, None), draft=False)])


def _delete(twin: MarketoTwin, request: Request) -> Page:
    with twin.store.writing():
        row = _row(twin, request)
        mark_deleted(twin.store, OBJECT, [{"id": row["id"]}])
    return Page([{**_told(row, draft=False), "status": "deleted"}])


_Change = Callable[[dict[str, dict[str, Any]], list[dict[str, Any]]], None]


def _attributes(change: _Change) -> Callable[[MarketoTwin, Request], Page]:
    """A call that changes the secondary attributes of a draft, by their API names."""

    def handler(twin: MarketoTwin, request: Request) -> Page:
        given = request.json().get("attributes")
        if not isinstance(given, list):
            raise ApiError(1002, "attributes")
        with twin.store.writing():
            row = _row(twin, request)
            definition = _draft_of(row)
            there = {each["apiName"]: each for each in definition["attributes"]}
            change(there, [_attribute(each, "apiName") for each in given])
            if len(there) > MOST_ATTRIBUTES:
                raise ApiError(1028, message=f"Max field limit reached ({MOST_ATTRIBUTES})")
            definition["attributes"] = list(there.values())
            return Page([_told(_keep(twin, row, definition), draft=True)])

    return handler


def _created(there: dict[str, dict[str, Any]], given: list[dict[str, Any]]) -> None:
    for each in given:
        if each["apiName"] in there:
            raise ApiError(1017)
        there[each["apiName"]] = each


def _updated(there: dict[str, dict[str, Any]], given: list[dict[str, Any]]) -> None:
    for each in given:
        if each["apiName"] not in there:
            raise ApiError(1013)
        there[each["apiName"]] = each


def _removed(there: dict[str, dict[str, Any]], given: list[dict[str, Any]]) -> None:
    for each in given:
        if there.pop(each["apiName"], None) is None:
            raise ApiError(1013)


def _add(twin: MarketoTwin, request: Request) -> Page:
    """Add activities; each is taken or skipped by itself."""
    records = request.inputs()
    approved = {row["id"]: orjson.loads(row["approved"]) for row in _rows(twin) if row["approved"]}
    known = living(twin, [str(record.get("leadId")) for record in records])
    entries: list[Entry | Skip] = []
    for record in records:
        try:
            entries.append(_entry(record, approved, known))
        except Skip as skip:
            entries.append(skip)
    guids = iter(twin.log.add([entry for entry in entries if isinstance(entry, Entry)]))
    return Page([_added(entry, guids) for entry in entries])


def _added(entry: Entry | Skip, guids: Any) -> dict[str, Any]:
    if isinstance(entry, Skip):
        return {"status": "skipped", "errors": [entry.error]}
    guid = next(guids)
    return {"id": activity_id(guid), "marketoGUID": guid, "status": "added"}


def _entry(record: dict[str, Any], approved: dict[str, _Definition], known: set[str]) -> Entry:
    for name in ("leadId", "activityDate", "activityTypeId", "primaryAttributeValue", "attributes"):
        if record.get(name) is None:
            raise Skip(1002, name)
    lead, type_ = record_id(record, "leadId"), record_id(record, "activityTypeId")
    if lead not in known:
        raise Skip(1004)
    if type_ not in approved:
        raise Skip(1013, message=f"Activity type '{type_}' not found")
    moment = times.parsed(record["activityDate"]) if isinstance(record["activityDate"], str) else None
    if moment is None:
        raise Skip(1001, record["activityDate"], "DateTime")
    attributes = record["attributes"]
    if not isinstance(attributes, list) or not all(isinstance(each, dict) for each in attributes):
        raise Skip(1001, "attributes", "Array")
    if len(orjson.dumps(attributes)) > LONGEST_ATTRIBUTES:
        raise Skip(1049)
    names = {each[key]: each for each in approved[type_]["attributes"] for key in ("name", "apiName")}
    told = {}
    for each in attributes:
        attribute = names.get(each.get("apiName") or each.get("name"))
        if attribute is None:
            raise Skip(1006, each.get("apiName") or each.get("name"))
        field = Field(attribute["name"], attribute["name"], attribute["dataType"])
        told[attribute["name"]] = values.told(field, values.kept(field, each.get("value")))
    return Entry(lead, int(type_), None, str(record["primaryAttributeValue"]), told, times.written(moment))


_TYPE = "/rest/v1/activities/external/type"
RULES = [
    Rule("GET", "/rest/v1/activities/types.json", _types, _READ + either("Activity")),
    Rule("GET", "/rest/v1/activities/external/types.json", _custom_types, _READ),
    Rule("POST", "/rest/v1/activities/external.json", _add, WRITE_ACTIVITY),
    Rule("POST", f"{_TYPE}.json", _create, _WRITE),
    Rule("POST", f"{_TYPE}/{{apiName}}.json", _update, _WRITE),
    Rule("GET", f"{_TYPE}/{{apiName}}/describe.json", _describe, _READ),
    Rule("POST", f"{_TYPE}/{{apiName}}/approve.json", _approve, _WRITE),
    Rule("POST", f"{_TYPE}/{{apiName}}/discardDraft.json", _discard, _WRITE),
    Rule("POST", f"{_TYPE}/{{apiName}}/delete.json", _delete, _WRITE),
    Rule("POST", f"{_TYPE}/{{apiName}}/attributes/create.json", _attributes(_created), _WRITE),
    Rule("POST", f"{_TYPE}/{{apiName}}/attributes/update.json", _attributes(_updated), _WRITE),
    Rule("POST", f"{_TYPE}/{{apiName}}/attributes/delete.json", _attributes(_removed), _WRITE),
]
