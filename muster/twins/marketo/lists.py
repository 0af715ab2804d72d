"""Static lists in the lead database: which there are, who is on them, who comes and goes.

Source: the "List Membership" page and recorded traffic: adding a member again answers `added` too; removing one that
is not there is skipped with 1015. Lists and their members are paged without `moreResult`: until there is no token.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from muster.twins.marketo import activity_types as types
from muster.twins.marketo import times
from muster.twins.marketo.answers import Page
from muster.twins.marketo.errors import ApiError, Skip, told
from muster.twins.marketo.leads import chosen_fields, marks, paged
from muster.twins.marketo.log import Entry
from muster.twins.marketo.records import mark_deleted
from muster.twins.marketo.request import Request, record_id
from muster.twins.marketo.rules import READ_LEAD, WRITE_LEAD, Rule
from muster.twins.marketo.tokens import state_of, token

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

SOURCE = "Web service API"


def list_row(twin: MarketoTwin, list_id: str) -> dict[str, Any]:
    """Raises ApiError 1013 where there is no such list."""
    row = twin.store.get("static_lists", list_id)
    if row is None or row["_deleted"]:
        raise ApiError(1013, message="List not found")
    return row


def living(twin: MarketoTwin, leads: Sequence[str]) -> set[str]:
    """Those of the ids that are leads."""
    return {row["id"] for row in twin.store.get_many("leads", leads) if not row["_deleted"]}


def members(twin: MarketoTwin, list_id: str, leads: Sequence[str]) -> set[str]:
    """Those of the leads that are on the list."""
    sql = (
        f"select leadId from static_list_members where listId = ? and leadId in ({marks(len(leads))}) and not _deleted"
    )
    return {row["leadId"] for row in twin.store.rows(sql, [list_id, *leads])} if leads else set()


def add_members(twin: MarketoTwin, list_: dict[str, Any], leads: Sequence[str], source: str = SOURCE) -> int:
    """Put leads on a list; returns how many were not on it."""
    there, now = members(twin, list_["id"], leads), times.written(twin.clock.now())
    fresh = [lead for lead in dict.fromkeys(leads) if lead not in there]
    rows = [
        {"listId": list_["id"], "leadId": lead, "createdAt": now, "updatedAt": now, "isDeleted": "false"}
        for lead in fresh
    ]
    twin.store.upsert("static_list_members", rows)
    twin.log.add([Entry(lead, types.ADD_TO_LIST, list_["id"], list_["name"], {"Source": source}) for lead in fresh])
    return len(fresh)


def remove_members(twin: MarketoTwin, list_: dict[str, Any], leads: Sequence[str], source: str = SOURCE) -> int:
    """Take leads off a list; returns how many were on it."""
    there, now = members(twin, list_["id"], leads), times.written(twin.clock.now())
    gone = [lead for lead in dict.fromkeys(leads) if lead in there]
    rows = [{"listId": list_["id"], "leadId": lead, "updatedAt": now} for lead in gone]
    mark_deleted(twin.store, "static_list_members", rows)
    twin.log.add([Entry(lead, types.REMOVE_FROM_LIST, list_["id"], list_["name"], {"Source": source}) for lead in gone])
    return len(gone)


def _asked_ids(request: Request) -> list[str]:
    """Lead ids of the query, or of a body's `input`."""
    if not request.has_json:
        return request.ids()
    try:
        return [record_id(record) for record in request.inputs()]
    except Skip as skip:
        raise ApiError(skip.code, message=skip.error["message"]) from None


def _add(twin: MarketoTwin, request: Request) -> Page:
    list_, ids = list_row(twin, request.path_id("listId")), _asked_ids(request)
    with twin.store.writing():
        known = living(twin, ids)
        add_members(twin, list_, [lead for lead in ids if lead in known])
    return Page([_told(lead, "added" if lead in known else 1004) for lead in ids])


def _remove(twin: MarketoTwin, request: Request) -> Page:
    list_, ids = list_row(twin, request.path_id("listId")), _asked_ids(request)
    with twin.store.writing():
        known, there = living(twin, ids), members(twin, list_["id"], ids)
        remove_members(twin, list_, ids)
    outcomes: dict[str, str | int] = {
        lead: 1004 if lead not in known else 1015 if lead not in there else "removed" for lead in ids
    }
    return Page([_told(lead, outcomes[lead]) for lead in ids])


def _is_member(twin: MarketoTwin, request: Request) -> Page:
    list_, ids = list_row(twin, request.path_id("listId")), _asked_ids(request)
    known, there = living(twin, ids), members(twin, list_["id"], ids)
    outcomes: dict[str, str | int] = {
        lead: 1004 if lead not in known else "memberof" if lead in there else "notmemberof" for lead in ids
    }
    return Page([_told(lead, outcomes[lead]) for lead in ids])


def _told(lead: str, outcome: str | int) -> dict[str, Any]:
    if isinstance(outcome, str):
        return {"id": int(lead), "status": outcome}
    return {"id": int(lead), "status": "skipped", "reasons": [told(outcome)]}


def _leads(twin: MarketoTwin, request: Request) -> Page:
    list_ = list_row(twin, request.path_id("listId"))
    source = (
        "from leads inner join static_list_members as members on members.leadId = leads.id "
        "where members.listId = ? and not members._deleted and not leads._deleted"
    )
    return Page(*paged(twin, request, chosen_fields(twin, request), "list", source, [list_["id"]]))


def _lists(twin: MarketoTwin, request: Request) -> Page:
    wanted: list[tuple[str, list[str]]] = [
        ("id", [str(number) for number in request.integers("id")]),
        ("name", request.listed("name")),
        ("programName", request.listed("programName")),
        ("coalesce(workspaceName, workspace, 'Default')", request.listed("workspaceName")),
    ]
    conditions = [f"{column} in ({marks(len(values))})" for column, values in wanted if values]
    given = request.one("nextPageToken")
    after = int(state_of(given, "lists")["after"]) if given else 0
    size = request.batch_size
    rows = twin.store.rows(
        f"select * from static_lists where {' and '.join(['not _deleted', *conditions])} and id::bigint > ? "
        "order by id::bigint limit ?",
        [*(value for _, values in wanted for value in values), after, size + 1],
    )
    more = len(rows) > size
    following = token(of="lists", after=int(rows[size - 1]["id"])) if more else None
    return Page([_list(row) for row in rows[:size]], following)


def _list(row: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"id": int(row["id"]), "name": row["name"]}
    told |= {name: row[name] for name in ("description", "programName") if row.get(name)}
    told["workspaceName"] = row.get("workspaceName") or row.get("workspace") or "Default"
    return {**told, "createdAt": times.lead_time(row["createdAt"]), "updatedAt": times.lead_time(row["updatedAt"])}


def _list_by_id(twin: MarketoTwin, request: Request) -> Page:
    return Page([_list(list_row(twin, request.path_id("listId")))])


RULES = [
    Rule("GET", "/rest/v1/lists.json", _lists, READ_LEAD),
    Rule("GET", "/rest/v1/lists/{listId}.json", _list_by_id, READ_LEAD),
    Rule("GET", "/rest/v1/lists/{listId}/leads.json", _leads, READ_LEAD),
    Rule("GET", "/rest/v1/list/{listId}/leads.json", _leads, READ_LEAD),
    Rule("POST", "/rest/v1/lists/{listId}/leads.json", _add, WRITE_LEAD),
    Rule("DELETE", "/rest/v1/lists/{listId}/leads.json", _remove, WRITE_LEAD),
    Rule("GET", "/rest/v1/lists/{listId}/leads/ismember.json", _is_member, READ_LEAD + WRITE_LEAD),
]
