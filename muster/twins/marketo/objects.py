"""Companies, opportunities, roles, sales persons, named accounts and their lists: describe, query, sync, delete.

Source: the vendor's pages of these objects. Results carry `seq`, the place of the record in the input.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from muster.sql import identifier
from muster.twins.marketo.answers import Page
from muster.twins.marketo.errors import ApiError
from muster.twins.marketo.leads import columns_of, described, marks, rendered
from muster.twins.marketo.object_kinds import KINDS, Kind
from muster.twins.marketo.object_writer import delete, sync
from muster.twins.marketo.request import MOST, Request, records_of, text_of
from muster.twins.marketo.rules import Rule, either, write
from muster.twins.marketo.standard_fields import Field
from muster.twins.marketo.tokens import state_of, token

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

_TIMES = ("updatedAt", "createdAt")


def _describe(twin: MarketoTwin, kind: Kind) -> Page:
    fields = twin.fields.of(kind.object).values()
    custom = [
        [field.name]
        for field in fields
        if kind.object == "opportunities" and field.custom and field.type in ("string", "integer")
    ]
    told = {
        "name": kind.name,
        "apiName": kind.name,
        "displayName": kind.label,
        "pluralName": kind.plural,
        "description": f"{kind.label} object",
        "createdAt": twin.made_at,
        "updatedAt": twin.made_at,
        "idField": kind.key,
        "dedupeFields": list(kind.dedupe),
        "searchableFields": [*map(list, kind.searchable), *custom],
        "relationships": [],
        "state": "approved",
        "status": "approved",
        "version": "approved",
        "fields": [described(field) for field in fields],
    }
    return Page([told])


def _query(twin: MarketoTwin, kind: Kind, request: Request) -> Page:
    """By one searchable field, or, in a body sent by POST with `_method=GET`, by keys of several fields."""
    if request.has_json:
        body = request.json()
        name, batch, given = text_of(body, "filterType"), body.get("batchSize"), text_of(body, "nextPageToken")
        size = batch if isinstance(batch, int) and 0 < batch <= MOST else MOST
        asked = [str(field) for field in body.get("fields") or []]
        condition, parameters = _by_records(twin, kind, name, records_of(body))
    else:
        name, size, given = request.needed("filterType"), request.batch_size, request.one("nextPageToken")
        asked = request.listed("fields")
        condition, parameters = _by_values(twin, kind, name, request.listed("filterValues"))
    return _page(twin, kind, _chosen(twin, kind, asked), condition, parameters, size, given)


def _page(
    twin: MarketoTwin,
    kind: Kind,
    fields: Sequence[Field],
    condition: str,
    parameters: Sequence[str],
    size: int,
    given: str,
) -> Page:
    after = state_of(given, kind.object)["after"] if given else 0
    rows = twin.store.rows(
        f"select _seq, {columns_of(twin, fields, kind.object)} from {kind.object} "
        f"where not _deleted and {condition} and _seq > ? order by _seq limit ?",
        [*parameters, after, size + 1],
    )
    more = len(rows) > size
    page = [{"seq": seq, **rendered(fields, row)} for seq, row in enumerate(rows[:size])]
    return Page(page, token(of=kind.object, after=rows[size - 1]["_seq"]) if more else None, True if more else None)


def _chosen(twin: MarketoTwin, kind: Kind, asked: list[str]) -> list[Field]:
    """The id, always, and the fields asked for (`marketoGuid` is written in more than one way)."""
    exact = [kind.key if name.lower() == kind.key.lower() else name for name in asked]
    usual = (kind.key, *kind.dedupe, *kind.shown, *_TIMES)
    return twin.fields.chosen(kind.object, [kind.key, *exact] if exact else [], usual)


def _by_values(twin: MarketoTwin, kind: Kind, name: str, wanted: list[str]) -> tuple[str, list[str]]:
    if not wanted:
        raise ApiError(1002, "filterValues")
    if len(wanted) > MOST:
        raise ApiError(1003, message=f"Too many filterValues: {len(wanted)} exceeds the limit {MOST}")
    if name == "dedupeFields" and len(kind.dedupe) > 1:
        raise ApiError(1003, message="A compound key is searched by POST with _method=GET")
    field = {"idField": kind.key, "dedupeFields": kind.dedupe[0]}.get(name, name)
    _check_searchable(twin, kind, (field,))
    if field not in twin.store.columns(kind.object):
        return "false", []
    return f"lower({identifier(field)}) in ({marks(len(wanted))})", [value.lower() for value in wanted]


def _by_records(twin: MarketoTwin, kind: Kind, name: str, records: Sequence[dict[str, Any]]) -> tuple[str, list[str]]:
    names = {"dedupeFields": kind.dedupe, "idField": (kind.key,)}.get(name, (name,))
    _check_searchable(twin, kind, names)
    same = " and ".join(f"lower({identifier(field)}) = ?" for field in names)
    for record in records:
        for field in names:
            if record.get(field) in (None, ""):
                raise ApiError(1002, field)
    values = [str(record[field]).lower() for record in records for field in names]
    return f"({' or '.join([f'({same})'] * len(records))})", values


def _check_searchable(twin: MarketoTwin, kind: Kind, names: tuple[str, ...]) -> None:
    if names in kind.searchable:
        return
    field = twin.fields.named(kind.object, names[0])
    if kind.object != "opportunities" or not field.custom or field.type not in ("string", "integer"):
        raise ApiError(1011, message=f"Lookup field '{names[0]}' not supported")


def _sync(twin: MarketoTwin, kind: Kind, request: Request) -> Page:
    body = request.json()
    action = text_of(body, "action", kind.default_action)
    dedupe = text_of(body, "dedupeBy", "dedupeFields")
    if action not in kind.actions:
        raise ApiError(1003, message=f"Invalid value for field 'action' and value '{action}'")
    _check_by(dedupe, "dedupeBy")
    if dedupe == "idField" and action != "updateOnly":
        raise ApiError(1003, message=f"dedupeBy 'idField' is not allowed with {action}")
    _check_writable(twin, kind)
    return Page(sync(twin, kind, records_of(body), action, by_id=dedupe == "idField"))


def _delete(twin: MarketoTwin, kind: Kind, request: Request) -> Page:
    body = request.json()
    by = text_of(body, "deleteBy", "dedupeFields")
    _check_by(by, "deleteBy")
    _check_writable(twin, kind)
    return Page(delete(twin, kind, records_of(body), by_id=by == "idField"))


def _check_by(value: str, name: str) -> None:
    if value not in ("dedupeFields", "idField"):
        raise ApiError(1003, message=f"Invalid value for field '{name}' and value '{value}'")


def _check_writable(twin: MarketoTwin, kind: Kind) -> None:
    if kind.crm and twin.crm_sync:
        raise ApiError(1018)


def _for(kind: Kind, handler: Callable[[MarketoTwin, Kind, Request], Page]) -> Callable[[MarketoTwin, Request], Page]:
    return lambda twin, request: handler(twin, kind, request)


def _rules(kind: Kind) -> list[Rule]:
    base, read, change = f"/rest/v1/{kind.path}", either(kind.subject), write(kind.subject)
    if kind.subject == "Named Opportunity":  # the pages say Opportunity, the Swagger file Named Opportunity
        read, change = read + either("Opportunity"), change + write("Opportunity")  # type: ignore[assignment]
    describe = Rule("GET", f"{base}/describe.json", lambda twin, request: _describe(twin, kind), read)
    return [
        *([describe] if kind.described else []),
        Rule("GET", f"{base}.json", _for(kind, _query), read),
        Rule("POST", f"{base}.json", _for(kind, _sync), change),
        Rule("POST", f"{base}/delete.json", _for(kind, _delete), change),
    ]


RULES = [rule for kind in KINDS for rule in _rules(kind)]
