"""Deleting and merging leads.

Source: the "Leads" page and recorded traffic. A merged lead is gone without a Delete Lead of its own: the winner's
Merge Leads tells of it. Its lists and programs go over to the winner; log entries stay with the lead they were written
for (the log is never rewritten; our decision).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from muster.twins.marketo import activity_types as types
from muster.twins.marketo import lists, members, times
from muster.twins.marketo.answers import Page
from muster.twins.marketo.errors import ApiError, told
from muster.twins.marketo.lead_writer import Manner, name_of, value_change
from muster.twins.marketo.log import Entry
from muster.twins.marketo.records import mark_deleted
from muster.twins.marketo.request import Request, records_of
from muster.twins.marketo.rules import WRITE_LEAD, Rule

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

#: Losers of one merge.
MOST_LOSERS = 25
_Row = dict[str, Any]


def delete_leads(twin: MarketoTwin, leads: Sequence[str], method: str = "deleteLead") -> set[str]:
    """Delete leads, take them off lists and out of programs, and log it; those that there were."""
    with twin.store.writing():
        rows = [row for row in twin.store.get_many("leads", leads) if not row["_deleted"]]
        _leave_everything(twin, [row["id"] for row in rows])
        _mark(twin, [row["id"] for row in rows])
        attributes = {"Remove from CRM": False, "API Method Name": method}
        twin.log.add([Entry(row["id"], types.DELETE_LEAD, row["id"], name_of(row), attributes) for row in rows])
    return {row["id"] for row in rows}


def _delete(twin: MarketoTwin, request: Request) -> Page:
    """By `input` of a body, or by `id` of the query; also as `DELETE`, or POST with `_method=DELETE`, on the leads."""
    if request.has_json:
        given = [record.get("id") for record in records_of(request.json())]
        ids = [str(lead) if isinstance(lead, int | str) and str(lead).isdigit() else None for lead in given]
    else:
        ids = [*request.ids()]
    gone = delete_leads(twin, [lead for lead in ids if lead])
    return Page([_outcome(lead, gone) for lead in ids])


def _outcome(lead: str | None, gone: set[str]) -> dict[str, Any]:
    if lead in gone:
        return {"id": int(lead or 0), "status": "deleted"}
    given = {"id": int(lead)} if lead else {}
    return {**given, "status": "skipped", "reasons": [told(1004)]}


def _merge(twin: MarketoTwin, request: Request) -> Page:
    winner_id = request.path_id("leadId")
    losers = [str(number) for name in ("leadId", "leadIds") for number in request.integers(name)]
    losers = [lead for lead in dict.fromkeys(losers) if lead != winner_id]
    if not losers:
        raise ApiError(1002, "leadId")
    if len(losers) > MOST_LOSERS:
        raise ApiError(1080)
    with twin.store.writing():
        rows = {row["id"]: row for row in twin.store.get_many("leads", [winner_id, *losers]) if not row["_deleted"]}
        if len(rows) != len(losers) + 1:
            raise ApiError(1004)
        _merge_into(twin, rows[winner_id], [rows[lead] for lead in losers])
    return Page()


def _merge_into(twin: MarketoTwin, winner: _Row, losers: Sequence[_Row]) -> None:
    """The winner's values count; where it has none, the first loser's that has one."""
    fields, filled = twin.fields.of("leads"), {}
    for loser in losers:
        for name, field in fields.items():
            if field.updateable and not winner.get(name) and loser.get(name) and name not in filled:
                filled[name] = loser[name]
    manner = Manner(method="mergeLead", source="Merge Leads", reason="Merge Leads")
    entries = [value_change(winner["id"], fields[name], None, value, manner) for name, value in filled.items()]
    if filled:
        now = times.written(twin.clock.now())
        twin.store.upsert("leads", [{"id": winner["id"], **filled, "updatedAt": now}])
    _take_over(twin, winner["id"], [loser["id"] for loser in losers])
    _mark(twin, [loser["id"] for loser in losers])
    attributes = {
        "Merge IDs": f"[{', '.join(loser['id'] for loser in losers)}]",
        "Master Updated": bool(filled),
        "Merged in Sales": False,
        "Merge Source": "API",
    }
    twin.log.add([*entries, Entry(winner["id"], types.MERGE_LEADS, winner["id"], name_of(winner), attributes)])


def _take_over(twin: MarketoTwin, winner: str, losers: Sequence[str]) -> None:
    """The winner's are the losers' lists and programs, these with their status."""
    for list_id in _places(twin, "static_list_members", "listId", losers):
        lists.add_members(twin, lists.list_row(twin, list_id), [winner], "Merge Leads")
    for program_id in _places(twin, "program_members", "programId", losers):
        program = members.program_row(twin, program_id)
        known = members.statuses_of(twin, program)
        best = max(
            (known[status] for status in _statuses(twin, program_id, losers) if status in known),
            key=lambda status: status.step,
            default=None,
        )
        if best:
            members.set_status(twin, program, best.name, [winner], "Merge Leads")
    _leave_everything(twin, losers)


def _leave_everything(twin: MarketoTwin, leads: Sequence[str]) -> None:
    for list_id, gone in _places(twin, "static_list_members", "listId", leads).items():
        if (row := twin.store.get("static_lists", list_id)) and not row["_deleted"]:
            lists.remove_members(twin, row, gone, "Delete Lead")
    for program_id, gone in _places(twin, "program_members", "programId", leads).items():
        if (row := twin.store.get("programs", program_id)) and not row["_deleted"]:
            members.remove_members(twin, row, gone)


def _places(twin: MarketoTwin, object_: str, key: str, leads: Sequence[str]) -> dict[str, list[str]]:
    """Which of the leads are members of which list or program."""
    found: dict[str, list[str]] = defaultdict(list)
    if leads:
        sql = f"select {key}, leadId from {object_} where leadId in (select unnest($leads)) and not _deleted"
        for row in twin.store.rows(sql, {"leads": list(leads)}):
            found[row[key]].append(row["leadId"])
    return found


def _statuses(twin: MarketoTwin, program_id: str, leads: Sequence[str]) -> set[str]:
    sql = (
        "select distinct statusName from program_members "
        "where programId = $program and leadId in (select unnest($leads)) and not _deleted"
    )
    return {row["statusName"] for row in twin.store.rows(sql, {"program": program_id, "leads": list(leads)})}


def _mark(twin: MarketoTwin, leads: Sequence[str]) -> None:
    now = times.written(twin.clock.now())
    mark_deleted(twin.store, "leads", [{"id": lead, "updatedAt": now} for lead in leads])


RULES = [
    Rule("POST", "/rest/v1/leads/delete.json", _delete, WRITE_LEAD),
    Rule("DELETE", "/rest/v1/leads.json", _delete, WRITE_LEAD),
    Rule("POST", "/rest/v1/leads/{leadId}/merge.json", _merge, WRITE_LEAD),
]
