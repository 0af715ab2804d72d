"""Reading the activity log: by type, changes of values, deleted leads; tokens to begin with, and the types.

Source: the "Activities" and "Paging Tokens" pages. A page never crosses a window of the log, so that it may hold
fewer than asked for, even none, while `moreResult` is true; a token always comes along, and the last one is where the
next run goes on. How long the vendor's windows are is not told; ours are our decision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from muster.twins.marketo import activity_types as types
from muster.twins.marketo import times
from muster.twins.marketo.answers import Page
from muster.twins.marketo.errors import ApiError
from muster.twins.marketo.leads import marks
from muster.twins.marketo.lists import list_row
from muster.twins.marketo.request import Request
from muster.twins.marketo.rules import READ_ACTIVITY, Rule
from muster.twins.marketo.tokens import state_of, token

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

MOST_TYPES, MOST_LEADS = 10, 30
#: Members from which a list is refused as a filter (from late 2026 on; the "Migration" page).
LARGEST_LIST = 10_000
#: Places of the log in one window, and windows without a match that one call passes over.
WINDOW, PASSED_OVER = 3_000, 20
_KIND = "activities"


def _paging_token(twin: MarketoTwin, request: Request) -> Page:
    """Begins at the first entry of that time; of what is in the log by now, nothing older is shown."""
    since, end = times.written(times.required(request.one("sinceDatetime"), "sinceDatetime")), twin.log.end
    first = twin.store.value("select min(_seq) from activities where activityDate >= ?", [since])
    return Page(None, token(of=_KIND, since=since, until=end, after=end if first is None else int(first) - 1))


def _activities(twin: MarketoTwin, request: Request) -> Page:
    wanted = request.integers("activityTypeIds")
    if not wanted:
        raise ApiError(1002, "activityTypeIds")
    if len(wanted) > MOST_TYPES:
        raise ApiError(1003, message=f"Too many activityTypeIds: {len(wanted)} exceeds the limit {MOST_TYPES}")
    # deleted leads have an endpoint of their own, and no other shows them
    shown = [str(number) for number in wanted if number != types.DELETE_LEAD]
    condition, parameters = _scope(twin, request)
    if assets := request.listed("assetIds"):
        condition += f" and primaryAttributeValueId in ({marks(len(assets))})"
        parameters += assets
    return _page(twin, request, shown, condition, parameters, _told)


def _lead_changes(twin: MarketoTwin, request: Request) -> Page:
    """Change Data Value of the named fields, and New Lead."""
    names = request.listed("fields")
    if not names:
        raise ApiError(1002, "fields")
    fields = {name: twin.fields.named("leads", name) for name in names}
    known: dict[str, tuple[int, str]] = {}
    for name, field in fields.items():
        known |= dict.fromkeys((str(field.id), name, field.label), (field.id, name))
    change, new = str(types.CHANGE_VALUE), str(types.NEW_LEAD)
    condition, parameters = _scope(twin, request)
    condition += f" and (activityTypeId <> '{change}' or primaryAttributeValueId in ({marks(len(known))})"
    condition += f" or primaryAttributeValue in ({marks(len(known))}))"

    def told(row: dict[str, Any]) -> dict[str, Any]:
        field = known.get(row["primaryAttributeValueId"]) or known.get(row["primaryAttributeValue"])
        return _change_told(row, field if row["activityTypeId"] == change else None)

    return _page(twin, request, [new, change], condition, [*parameters, *known, *known], told)


def _deleted_leads(twin: MarketoTwin, request: Request) -> Page:
    return _page(twin, request, [str(types.DELETE_LEAD)], "true", [], _told)


def _page(
    twin: MarketoTwin,
    request: Request,
    shown: Sequence[str],
    condition: str,
    parameters: Sequence[str],
    told: Callable[[dict[str, Any]], dict[str, Any]],
) -> Page:
    """One page of the log from a token on."""
    state = state_of(request.needed("nextPageToken"), _KIND)
    after, size, end = int(state["after"]), request.batch_size, twin.log.end
    rows = twin.store.rows(
        f"select * from activities where _seq > ? and _seq <= ? and (activityDate >= ? or _seq > ?) "
        f"and activityTypeId in ({marks(len(shown)) or 'null'}) and {condition} order by _seq limit ?",
        [after, end, state["since"], state["until"], *shown, *parameters, size + 1],
    )
    page, reached = _cut(rows, after, end, size)
    following = token(of=_KIND, since=state["since"], until=state["until"], after=reached)
    return Page([told(row) for row in page], following, reached < end and bool(rows))


def _cut(rows: list[dict[str, Any]], after: int, end: int, size: int) -> tuple[list[dict[str, Any]], int]:
    """The rows of a page, and the place in the log up to which it has looked."""
    if not rows:
        return [], end
    first_window = (rows[0]["_seq"] - 1) // WINDOW
    if first_window - after // WINDOW > PASSED_OVER:
        return [], (after // WINDOW + PASSED_OVER) * WINDOW
    border = (first_window + 1) * WINDOW
    page = [row for row in rows[:size] if row["_seq"] <= border]
    if len(page) == len(rows):
        return page, end
    return page, page[-1]["_seq"] if len(page) == size else border


def _scope(twin: MarketoTwin, request: Request) -> tuple[str, list[str]]:
    """Of which leads: those named, or those on a list."""
    leads = [str(number) for number in request.integers("leadIds")]
    if len(leads) > MOST_LEADS:
        raise ApiError(1003, message=f"Too many leadIds: {len(leads)} exceeds the limit {MOST_LEADS}")
    if leads:
        return f"leadId in ({marks(len(leads))})", list(leads)
    if not request.one("listId"):
        return "true", []
    list_ = list_row(twin, str(request.integer("listId", 0)))
    on_list = "from static_list_members where listId = ? and not _deleted"
    if twin.store.value(f"select count(*) {on_list}", [list_["id"]]) >= LARGEST_LIST:
        raise ApiError(1003, message=f"Too many leads in the list: the limit is {LARGEST_LIST - 1}")
    return f"leadId in (select leadId {on_list})", [list_["id"]]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": activity_id(row["marketoGUID"]),
        "marketoGUID": row["marketoGUID"],
        "leadId": int(row["leadId"]),
        "activityDate": row["activityDate"],
        "activityTypeId": int(row["activityTypeId"]),
    }
    for name in ("campaignId", "primaryAttributeValueId"):
        if row[name] and row[name].isdigit():
            told[name] = int(row[name])
    if row["primaryAttributeValue"] is not None:
        told["primaryAttributeValue"] = row["primaryAttributeValue"]
    told["attributes"] = [{"name": name, "value": value} for name, value in attributes_of(row).items()]
    return told


def _change_told(row: dict[str, Any], field: tuple[int, str] | None) -> dict[str, Any]:
    told = _told(row)
    attributes = {each["name"]: each["value"] for each in told.pop("attributes")}
    told.pop("primaryAttributeValueId", None)
    told.pop("primaryAttributeValue", None)
    if field:
        old, new = attributes.pop("Old Value", None), attributes.pop("New Value", None)
        change: dict[str, Any] = {"id": field[0], "name": field[1], "newValue": _text(new)}
        told["fields"] = [change if old is None else {**change, "oldValue": _text(old)}]
    else:
        told["fields"] = []
    attributes["Lead ID"] = told["leadId"]
    return {**told, "attributes": [{"name": name, "value": value} for name, value in attributes.items()]}


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else orjson.dumps(value).decode()


def attributes_of(row: dict[str, Any]) -> dict[str, Any]:
    """Attributes that have a value."""
    told: dict[str, Any] = orjson.loads(row["attributes"]) if row["attributes"] else {}
    return {name: value for name, value in told.items() if value not in (None, "")}


def activity_id(guid: str) -> int:
    """The integer that marketoGUID is to replace: the same number, where it is one."""
    if guid.isdigit() and int(guid) < 2**63:
        return int(guid)
    return int.from_bytes(hashlib.blake2b(guid.encode(), digest_size=7).digest(), "big")


RULES = [
    Rule("GET", "/rest/v1/activities/pagingtoken.json", _paging_token, READ_ACTIVITY),
    Rule("GET", "/rest/v1/activities.json", _activities, READ_ACTIVITY),
    Rule("GET", "/rest/v1/activities/leadchanges.json", _lead_changes, READ_ACTIVITY),
    Rule("GET", "/rest/v1/activities/deletedleads.json", _deleted_leads, READ_ACTIVITY),
]
