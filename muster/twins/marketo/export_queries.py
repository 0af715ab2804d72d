"""What a bulk extract selects: a request's fields and filter, checked, as a query of the store.

Source: the "Bulk Lead Extract", "Bulk Activity Extract" and "Bulk Program Member Extract" pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muster.sql import identifier, literal
from muster.twins.marketo import times
from muster.twins.marketo.activity_types import DELETE_LEAD
from muster.twins.marketo.channels import statuses
from muster.twins.marketo.errors import ApiError
from muster.twins.marketo.lists import list_row
from muster.twins.marketo.members import program_row
from muster.twins.marketo.request import integer
from muster.twins.marketo.standard_fields import Field

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

#: Days of a date range.
LONGEST = 31
#: Filters that an instance has only with newer infrastructure ("Corona"): else 1035.
CORONA = frozenset({"updatedAt", "smartListId", "smartListName"})
LEAD_FILTERS = ("createdAt", "updatedAt", "staticListId", "staticListName", "smartListId", "smartListName")
ACTIVITY_COLUMNS = (
    "marketoGUID", "leadId", "activityDate", "activityTypeId", "campaignId", "primaryAttributeValueId",
    "primaryAttributeValue", "attributes",
)  # fmt: skip
MOST_VALUES, MOST_PROGRAMS = 50, 10
_Body = dict[str, Any]


def leads(twin: MarketoTwin, body: _Body) -> str:
    """Living leads by exactly one filter."""
    given: _Body = body["filter"]
    known = [name for name in given if name in LEAD_FILTERS]
    if len(known) != 1 or len(given) != 1:
        raise ApiError(1003, message=f"Exactly one filter is needed of {', '.join(LEAD_FILTERS)}")
    name = known[0]
    _check_corona(twin, name)
    fields = [twin.fields.named("leads", field) for field in _fields(body)]
    select = f"select {_columns(twin, body, fields, 'leads')} from leads"
    if name in ("createdAt", "updatedAt"):
        start, end = times.span(given[name], name, LONGEST)
        moment = twin.changed_at("leads") if name == "updatedAt" else "createdAt"
        return (
            f"{select} where not _deleted and {moment} between {literal(start)} and {literal(end)} order by id::bigint"
        )
    list_id = _list_id(twin, name, given[name])
    members = f"select leadId from static_list_members where listId = {literal(list_id)} and not _deleted"
    return f"{select} where not _deleted and id in ({members}) order by id::bigint"


def activities(twin: MarketoTwin, body: _Body) -> str:
    """Log entries by date, optionally by type and primary attribute; never Delete Lead."""
    given: _Body = body["filter"]
    start, end = times.span(given.get("createdAt"), "createdAt", LONGEST)
    clauses = [f"activityDate between {literal(start)} and {literal(end)}", f"activityTypeId <> '{DELETE_LEAD}'"]
    types = [integer(number) for number in _list(given, "activityTypeIds")]
    if DELETE_LEAD in types:
        raise ApiError(1003, "activityTypeIds", DELETE_LEAD)
    if types:
        clauses.append(f"activityTypeId in ({_literals(types)})")
    primary = [name for name in ("primaryAttributeValueIds", "primaryAttributeValues") if given.get(name)]
    if len(primary) > 1 or (primary and not types):
        raise ApiError(1003, message=f"{primary[0]} needs activityTypeIds, and cannot go with primaryAttributeValues")
    for name in primary:
        values = _list(given, name)
        if len(values) > MOST_VALUES:
            raise ApiError(1003, message=f"Too many {name}: {len(values)} exceeds the limit {MOST_VALUES}")
        clauses.append(f"{name.removesuffix('s')} in ({_literals(values)})")
    names = _fields(body, ACTIVITY_COLUMNS)
    if unknown := [name for name in names if name not in (*ACTIVITY_COLUMNS, "actionResult")]:
        raise ApiError(1006, unknown[0])
    there = set(twin.store.columns("activities"))
    usual = {"attributes": "coalesce(attributes, '{}')", "actionResult": "'succeeded'"}
    headers = _headers(body)
    columns = ", ".join(
        f"{usual.get(name, identifier(name)) if name in there or name in usual else 'null'} "
        f"as {identifier(headers.get(name, name))}"
        for name in names
    )
    return f"select {columns} from activities where {' and '.join(clauses)} order by _seq"


def members(twin: MarketoTwin, body: _Body) -> str:
    """Members of one program, or of up to ten, with fields of lead and membership."""
    given: _Body = body["filter"]
    if ("programId" in given) == ("programIds" in given):
        raise ApiError(1003, message="Exactly one filter is needed of programId, programIds")
    wanted = [given["programId"]] if "programId" in given else _list(given, "programIds")
    programs = [program_row(twin, str(integer(number))) for number in wanted]
    if not 0 < len(programs) <= MOST_PROGRAMS:
        raise ApiError(1003, message=f"Too many programIds: {len(programs)} exceeds the limit {MOST_PROGRAMS}")
    clauses = [f"members.programId in ({_literals([row['id'] for row in programs])})", "not members._deleted"]
    clauses += _member_clauses(twin, given, programs)
    names = _fields(body)
    if "programIds" in given:
        names = ["programId", *(name for name in names if name != "programId")]
    own, headers = twin.fields.of("program_members"), _headers(body)
    columns = []
    for name in names:
        place = "program_members" if name in own else "leads"
        field = own.get(name) or twin.fields.named("leads", name)
        alias = "members" if place == "program_members" else "leads"
        columns.append(f"{_column(twin, field, place, alias)} as {identifier(headers.get(name, name))}")
    return (
        f"select {', '.join(columns)} from program_members as members left join leads on leads.id = members.leadId "
        f"where {' and '.join(clauses)} order by members.programId::bigint, members.leadId::bigint"
    )


def _member_clauses(twin: MarketoTwin, given: _Body, programs: list[dict[str, Any]]) -> list[str]:
    clauses = []
    if "isExhausted" in given:
        clauses.append(f"coalesce(members.isExhausted, 'false') = '{str(bool(given['isExhausted'])).lower()}'")
    if cadence := given.get("nurtureCadence"):
        short = {"paused": "paus", "pause": "paus", "normal": "norm"}.get(str(cadence).lower(), str(cadence).lower())
        clauses.append(f"members.nurtureCadence = {literal(short)}")
    if names := _list(given, "statusNames"):
        known = {status for row in programs for status in statuses(twin, row.get("channel"))}
        if unknown := [name for name in names if name not in known]:
            raise ApiError(1003, "statusNames", unknown[0])
        clauses.append(f"members.statusName in ({_literals(names)})")
    if "updatedAt" in given:
        _check_corona(twin, "updatedAt")
        start, end = times.span(given["updatedAt"], "updatedAt", LONGEST)
        moment = twin.changed_at("program_members", "members.")
        clauses.append(f"{moment} between {literal(start)} and {literal(end)}")
    return clauses


def _check_corona(twin: MarketoTwin, name: str) -> None:
    if name in CORONA and not twin.corona:
        raise ApiError(1035)


def _list_id(twin: MarketoTwin, name: str, value: Any) -> str:
    if name == "staticListId":
        return str(list_row(twin, str(integer(value)))["id"])
    if name != "staticListName":
        raise ApiError(1013, message="Smart list not found")  # an instance of the twin has none
    rows = twin.store.rows("select id from static_lists where name = ? and not _deleted", [str(value)])
    if not rows:
        raise ApiError(1013, message="List not found")
    return str(rows[0]["id"])


def _fields(body: _Body, default: tuple[str, ...] = ()) -> list[str]:
    """Raises ApiError 1002 where fields must be named and are not."""
    given = body.get("fields") or list(default)
    if not isinstance(given, list) or not given or not all(isinstance(name, str) for name in given):
        raise ApiError(1002, "fields")
    return list(dict.fromkeys(given))


def _headers(body: _Body) -> dict[str, str]:
    """Column headers by field, as a map (the documented form) or as a list of name and value."""
    given = body.get("columnHeaderNames") or {}
    if isinstance(given, list) and all(isinstance(each, dict) for each in given):
        given = {str(each.get("name")): each.get("value") for each in given}
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise ApiError(1001, "columnHeaderNames", "Object")
    return given


def _columns(twin: MarketoTwin, body: _Body, fields: list[Field], object_: str) -> str:
    headers = _headers(body)
    return ", ".join(
        f"{_column(twin, field, object_, object_)} as {identifier(headers.get(field.name, field.name))}"
        for field in fields
    )


def _column(twin: MarketoTwin, field: Field, object_: str, alias: str) -> str:
    """The value as the file has it: as it is kept, and a boolean never set is false, as over REST."""
    known = field.name in twin.store.columns(object_)
    column = f"{alias}.{identifier(field.name)}" if known else "null::varchar"
    return f"coalesce(lower({column}), 'false')" if field.type == "boolean" else column


def _list(given: _Body, name: str) -> list[Any]:
    values = given.get(name) or []
    if not isinstance(values, list):
        raise ApiError(1001, values, "Array")
    return values


def _literals(values: list[Any]) -> str:
    return ", ".join(literal(str(value)) for value in values)
