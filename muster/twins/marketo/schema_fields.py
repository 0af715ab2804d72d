"""`schema/fields`: the metadata of fields of five objects; leads and program members can be given custom ones.

Source: the "Leads" and "Program Members" pages: names begin with a letter and hold letters, digits and underscores, at
most 100 fields by API on leads and 20 on program members; a field cannot be deleted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from muster.twins.marketo.answers import Page
from muster.twins.marketo.errors import ApiError
from muster.twins.marketo.request import Request
from muster.twins.marketo.rules import READ_SCHEMA, WRITE_SCHEMA, Rule
from muster.twins.marketo.standard_fields import Field
from muster.twins.marketo.tokens import state_of, token

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

#: By the API's path: the store's object, and how many fields may be created.
OBJECTS = {
    "leads": ("leads", 100),
    "programs/members": ("program_members", 20),
    "companies": ("companies", 0),
    "opportunities": ("opportunities", 0),
    "namedaccounts": ("named_accounts", 0),
}
DATA_TYPES = frozenset(
    {
        "boolean",
        "currency",
        "date",
        "datetime",
        "email",
        "float",
        "integer",
        "percent",
        "phone",
        "score",
        "string",
        "url",
    }
)
_NAME = re.compile(r"[A-Za-z]\w{0,254}", re.ASCII)
_LONG = frozenset({"string", "email", "phone", "url"})
_FLAGS = {"isHidden": "hidden", "isHtmlEncodingInEmail": "encoded", "isSensitive": "sensitive"}


def _told(field: Field) -> dict[str, Any]:
    told: dict[str, Any] = {
        "displayName": field.label,
        "name": field.name,
        "description": field.description or "",
        "dataType": field.type,
    }
    if field.length:
        told["length"] = field.length
    told |= {name: getattr(field, attribute) for name, attribute in _FLAGS.items()}
    return {**told, "isCustom": field.custom, "isApiCreated": field.api_created}


def _browse(object_: str) -> Callable[[MarketoTwin, Request], Page]:
    def handler(twin: MarketoTwin, request: Request) -> Page:
        given, size = request.one("nextPageToken"), request.batch_size
        after = int(state_of(given, f"{object_} fields")["after"]) if given else 0
        fields = list(twin.fields.of(object_).values())
        more = len(fields) > after + size
        following = token(of=f"{object_} fields", after=after + size) if more else None
        return Page([_told(field) for field in fields[after : after + size]], following, more)

    return handler


def _by_name(object_: str) -> Callable[[MarketoTwin, Request], Page]:
    return lambda twin, request: Page([_told(twin.fields.named(object_, request.path("fieldApiName")))])


def _create(object_: str, most: int) -> Callable[[MarketoTwin, Request], Page]:
    def handler(twin: MarketoTwin, request: Request) -> Page:
        records = request.inputs()
        with twin.store.writing():
            there = twin.fields.of(object_)
            if sum(field.api_created for field in there.values()) + len(records) > most:
                raise ApiError(1028, message=f"Max field limit reached ({most})")
            fresh = [_field(record, there) for record in records]
            for field in fresh:
                twin.fields.create(object_, field)
        return Page([{"name": field.name, "status": "created"} for field in fresh])

    return handler


def _field(record: dict[str, Any], there: dict[str, Field]) -> Field:
    for name in ("name", "displayName", "dataType"):
        if not isinstance(record.get(name), str) or not record[name]:
            raise ApiError(1002, name)
    name, label, type_ = record["name"], record["displayName"], record["dataType"]
    if type_ not in DATA_TYPES:
        raise ApiError(1001, type_, "dataType")
    if not _NAME.fullmatch(name):
        raise ApiError(1003, "name", name)
    if any(name.lower() == known.name.lower() or label == known.label for known in there.values()):
        raise ApiError(1017)
    field = Field(name, label, type_, 255 if type_ in _LONG else None, custom=True, api_created=True)
    return replace(field, description=record.get("description"), **_flags(record))


def _flags(record: dict[str, Any]) -> dict[str, Any]:
    return {attribute: record[name] is True for name, attribute in _FLAGS.items() if name in record}


def _update(object_: str) -> Callable[[MarketoTwin, Request], Page]:
    """Of standard fields, only the description and two flags can be changed."""

    def handler(twin: MarketoTwin, request: Request) -> Page:
        field, record = twin.fields.named(object_, request.path("fieldApiName")), request.inputs()[0]
        if "displayName" in record and not field.custom:
            raise ApiError(1003, "displayName", record["displayName"])
        label = record.get("displayName", field.label)
        description = record.get("description", field.description)
        if not isinstance(label, str) or not isinstance(description, str | None):
            raise ApiError(1001, label, "String")
        twin.fields.keep(object_, replace(field, label=label, description=description, **_flags(record)))
        return Page([{"name": field.name, "status": "updated"}])

    return handler


def _rules(path: str, object_: str, most: int) -> list[Rule]:
    base = f"/rest/v1/{path}/schema/fields"
    rules = [
        Rule("GET", f"{base}.json", _browse(object_), READ_SCHEMA),
        Rule("GET", f"{base}/{{fieldApiName}}.json", _by_name(object_), READ_SCHEMA),
    ]
    if most:
        rules += [
            Rule("POST", f"{base}.json", _create(object_, most), WRITE_SCHEMA),
            Rule("POST", f"{base}/{{fieldApiName}}.json", _update(object_), READ_SCHEMA),
        ]
    return rules


RULES = [rule for path, (object_, most) in OBJECTS.items() for rule in _rules(path, object_, most)]
