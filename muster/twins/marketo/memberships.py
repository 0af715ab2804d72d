"""What a lead is a member of, and the leads of a program.

Source: the "Leads" page. Leads of a program are paged until there is no token; a lead's lists and programs have
`moreResult`. Smart campaigns are not kept: a lead is in none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muster.twins.marketo import times, values
from muster.twins.marketo.answers import Page
from muster.twins.marketo.asset_pages import nested
from muster.twins.marketo.errors import ApiError
from muster.twins.marketo.leads import chosen_fields, columns_of, marks, rendered
from muster.twins.marketo.members import program_row
from muster.twins.marketo.request import Request
from muster.twins.marketo.rules import READ_ASSET, READ_LEAD, Rule
from muster.twins.marketo.standard_fields import STANDARD
from muster.twins.marketo.tokens import state_of, token

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

_MEMBER = STANDARD["program_members"]


def _lead(twin: MarketoTwin, request: Request) -> str:
    lead = request.path_id("leadId")
    row = twin.store.get("leads", lead)
    if row is None or row["_deleted"]:
        raise ApiError(1004)
    return lead


def _lists(twin: MarketoTwin, request: Request) -> Page:
    sql = "select listId, createdAt, updatedAt from static_list_members where leadId = ? and not _deleted"
    rows, following = _paged(twin, request, "listMembership", sql, [_lead(twin, request)], "listId")
    result = [
        {"listId": int(row["listId"]), "createdAt": row["createdAt"], "updatedAt": row["updatedAt"] or row["createdAt"]}
        for row in rows
    ]
    return Page(result, following, following is not None)


def _programs(twin: MarketoTwin, request: Request) -> Page:
    conditions, parameters = "", [_lead(twin, request)]
    for name, sign in (("earliestUpdatedAt", ">="), ("latestUpdatedAt", "<=")):
        if request.one(name):
            conditions += f" and updatedAt {sign} ?"
            parameters.append(times.written(times.required(request.one(name), name)))
    if request.one("filterType") == "programId":
        wanted = request.listed("filterValues")
        if not wanted:
            raise ApiError(1002, "filterValues")
        conditions += f" and programId in ({marks(len(wanted))})"
        parameters += wanted
    sql = f"select * from program_members where leadId = ? and not _deleted{conditions}"
    rows, following = _paged(twin, request, "programMembership", sql, parameters, "programId")
    result = [{"id": int(row["programId"]), **_membership(row), "updatedAt": row["updatedAt"]} for row in rows]
    return Page(result, following, following is not None)


def _campaigns(twin: MarketoTwin, request: Request) -> Page:
    _lead(twin, request)
    return Page([], None, False)


def _leads_of_program(twin: MarketoTwin, request: Request) -> Page:
    program, fields = program_row(twin, request.path_id("programId")), chosen_fields(twin, request)
    given = request.one("nextPageToken")
    after = int(state_of(given, "program")["after"]) if given else 0
    size = request.batch_size
    rows = twin.store.rows(
        f"select {columns_of(twin, fields, alias='leads.')}, leads.id::bigint as _place, to_json(members) as _member "
        "from leads inner join program_members as members on members.leadId = leads.id "
        "where members.programId = ? and not members._deleted and not leads._deleted and leads.id::bigint > ? "
        "order by _place limit ?",
        [program["id"], after, size + 1],
    )
    result = []
    for row in rows[:size]:
        member = nested(row["_member"])
        membership = {"id": int(program["id"]), **_membership(member), "updatedAt": member["updatedAt"]}
        membership["progressionStatusType"] = member["statusName"]
        result.append({**rendered(fields, row), "membership": membership})
    more = len(rows) > size
    return Page(result, token(of="program", after=rows[size - 1]["_place"]) if more else None)


def _membership(row: dict[str, Any]) -> dict[str, Any]:
    told = {
        "progressionStatus": row["statusName"],
        **{name: values.told(_MEMBER[name], row.get(name)) for name in ("isExhausted", "acquiredBy", "reachedSuccess")},
        "membershipDate": row.get("membershipDate"),
    }
    told |= {"stream": row["trackName"]} if row.get("trackName") else {}
    return told | ({"nurtureCadence": row["nurtureCadence"]} if row.get("nurtureCadence") else {})


def _paged(
    twin: MarketoTwin, request: Request, kind: str, sql: str, parameters: list[str], key: str
) -> tuple[list[dict[str, Any]], str | None]:
    given = request.one("nextPageToken")
    after, size = int(state_of(given, kind)["after"]) if given else 0, request.batch_size
    ordered = f"{sql} and {key}::bigint > ? order by {key}::bigint limit ?"
    rows = twin.store.rows(ordered, [*parameters, after, size + 1])
    return rows[:size], token(of=kind, after=int(rows[size - 1][key])) if len(rows) > size else None


RULES = [
    Rule("GET", "/rest/v1/leads/{leadId}/listMembership.json", _lists, READ_ASSET),
    Rule("GET", "/rest/v1/leads/{leadId}/programMembership.json", _programs, READ_ASSET),
    Rule("GET", "/rest/v1/leads/{leadId}/smartCampaignMembership.json", _campaigns, READ_ASSET),
    Rule("GET", "/rest/v1/leads/programs/{programId}.json", _leads_of_program, READ_LEAD),
]
