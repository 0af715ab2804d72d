"""Reading leads: by id, by filter, by list and program; describe in its two forms.

Source: the "Leads" and "List Membership" pages; recorded traffic for the order of the fields given by default.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from muster.sql import identifier
from muster.twins.marketo import values
from muster.twins.marketo.answers import Page
from muster.twins.marketo.errors import ApiError
from muster.twins.marketo.request import MOST, Request
from muster.twins.marketo.rules import READ_LEAD, Rule
from muster.twins.marketo.standard_fields import Field
from muster.twins.marketo.tokens import state_of, token

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

DEFAULT = ("id", "firstName", "lastName", "email", "updatedAt", "createdAt")
#: Matching leads from which a filter is refused.
MOST_MATCHES = 1000


def chosen_fields(twin: MarketoTwin, request: Request) -> list[Field]:
    """What the call's `fields` name; the id comes along in any case."""
    asked = request.listed("fields")
    return twin.fields.chosen("leads", asked if "id" in asked or not asked else ["id", *asked], DEFAULT)


def columns_of(twin: MarketoTwin, fields: Sequence[Field], object_: str = "leads", alias: str = "") -> str:
    """The select list for these fields, null for those that no record has yet."""
    there = set(twin.store.columns(object_))
    return ", ".join(
        f"{alias}{identifier(field.name)}" if field.name in there else f"null::varchar as {identifier(field.name)}"
        for field in fields
    )


def rendered(fields: Sequence[Field], row: dict[str, Any]) -> dict[str, Any]:
    """A record as JSON, in the order of the fields."""
    return {field.name: values.told(field, row[field.name]) for field in fields}


def marks(count: int) -> str:
    return ", ".join("?" * count)


def check_lookup(twin: MarketoTwin, name: str) -> None:
    """Raises ApiError where leads cannot be looked up by a field: 1011, or 1006 where there is none (a public log)."""
    if name not in twin.fields.searchable_leads():
        twin.fields.named("leads", name)
        raise ApiError(1011, message=f"Lookup field '{name}' not supported")


def _by_id(twin: MarketoTwin, request: Request) -> Page:
    fields, lead = chosen_fields(twin, request), request.path_id("leadId")
    rows = twin.store.rows(f"select {columns_of(twin, fields)} from leads where id = ? and not _deleted", [lead])
    if not rows:
        raise ApiError(1004)
    return Page([rendered(fields, rows[0])])


def _by_filter(twin: MarketoTwin, request: Request) -> Page:
    name, wanted = request.needed("filterType"), request.listed("filterValues")
    if not wanted:
        raise ApiError(1002, "filterValues")
    if len(wanted) > MOST:
        raise ApiError(1003, message=f"Too many filterValues: {len(wanted)} exceeds the limit {MOST}")
    check_lookup(twin, name)
    if name == "cookies" and not all("token:" in value for value in wanted):
        raise ApiError(1012, next(value for value in wanted if "token:" not in value))
    fields = chosen_fields(twin, request)
    if name not in twin.store.columns("leads"):
        return Page([])
    condition = f"{_folded(name)} in ({marks(len(wanted))}) and not _deleted"
    found = [value.lower() for value in wanted] if name != "id" else wanted
    if twin.store.value(f"select count(*) from leads where {condition}", found) > MOST_MATCHES:
        raise ApiError(1003, message="Too many results match the filter")
    rows, following = paged(twin, request, fields, "leads", f"from leads where {condition}", found)
    return Page(rows, following, True if following else None)


def paged(
    twin: MarketoTwin, request: Request, fields: Sequence[Field], kind: str, source: str, parameters: list[Any]
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of leads in the order of their ids, and the token of the next one; None where this is the last."""
    given = request.one("nextPageToken")
    after = int(state_of(given, kind)["after"]) if given else 0
    size = request.batch_size
    rows = twin.store.rows(
        f"select leads.id::bigint as _place, {columns_of(twin, fields, alias='leads.')} {source} "
        f"and leads.id::bigint > ? order by _place limit ?",
        [*parameters, after, size + 1],
    )
    more = len(rows) > size
    page = [rendered(fields, row) for row in rows[:size]]
    return page, token(of=kind, after=rows[size - 1]["_place"]) if more else None


def _folded(name: str) -> str:
    """Texts are compared without regard to case, as the vendor's database does."""
    return "id" if name == "id" else f"lower({identifier(name)})"


def _describe(twin: MarketoTwin, request: Request) -> Page:
    return Page([_attribute(field) for field in twin.fields.of("leads").values()])


def _attribute(field: Field) -> dict[str, Any]:
    told: dict[str, Any] = {"id": field.id, "displayName": field.label, "dataType": field.type}
    if field.length:
        told["length"] = field.length
    soap = field.name[:1].upper() + field.name[1:]
    for kind, name in (("rest", field.name), ("soap", soap)):
        told[kind] = {"name": name, "readOnly": not field.updateable}
    return told


def _describe2(twin: MarketoTwin, request: Request) -> Page:
    fields = [described(field) for field in twin.fields.of("leads").values() if not field.hidden]
    searchable = [[name] for name in twin.fields.searchable_leads()]
    return Page([{"name": "API Lead", "searchableFields": searchable, "fields": fields}])


def described(field: Field) -> dict[str, Any]:
    """A field as the describe calls of all objects but the old one of leads tell it."""
    told: dict[str, Any] = {"name": field.name, "displayName": field.label, "dataType": field.type}
    if field.length:
        told["length"] = field.length
    return {**told, "updateable": field.updateable, "crmManaged": False}


RULES = [
    Rule("GET", "/rest/v1/lead/{leadId}.json", _by_id, READ_LEAD),
    Rule("GET", "/rest/v1/leads.json", _by_filter, READ_LEAD),
    Rule("GET", "/rest/v1/leads/describe.json", _describe, READ_LEAD),
    Rule("GET", "/rest/v1/leads/describe2.json", _describe2, READ_LEAD),
]
