"""Program members: describe, query, change of status and data, deletion.

Source: the "Program Members" page, with its texts of the two limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from muster.sql import identifier
from muster.twins.marketo import activity_types as types
from muster.twins.marketo import times, values
from muster.twins.marketo.answers import Page
from muster.twins.marketo.channels import NOT_IN_PROGRAM, Status, statuses
from muster.twins.marketo.errors import ApiError, Skip
from muster.twins.marketo.leads import columns_of, described, marks, rendered
from muster.twins.marketo.lists import living
from muster.twins.marketo.log import Entry
from muster.twins.marketo.records import mark_deleted
from muster.twins.marketo.request import MOST, Request, record_id, records_of, text_of
from muster.twins.marketo.rules import READ_LEAD, WRITE_LEAD, Rule
from muster.twins.marketo.tokens import state_of, token

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

OBJECT = "program_members"
DEFAULT = ("acquiredBy", "leadId", "membershipDate", "programId", "reachedSuccess")
SEARCHABLE = ("leadId", "reachedSuccess", "statusName")
MOST_MEMBERS = 100_000
#: Days of a query by `updatedAt`.
LONGEST_SPAN = 7


def program_row(twin: MarketoTwin, program_id: str) -> dict[str, Any]:
    """Raises ApiError 1013 where there is no such program."""
    row = twin.store.get("programs", program_id)
    if row is None or row["_deleted"]:
        raise ApiError(1013, message="Program not found")
    return row


def statuses_of(twin: MarketoTwin, program: dict[str, Any]) -> dict[str, Status]:
    return statuses(twin, program.get("channel"))


def set_status(
    twin: MarketoTwin, program: dict[str, Any], status: str, leads: Sequence[str], reason: str
) -> dict[str, str | Skip]:
    """Give leads a status in a program, as new members where they are none; what became of each, by lead.

    A lead that is at that step or past it is left alone (1037).
    """
    known, now = statuses_of(twin, program), times.written(twin.clock.now())
    target, there = known[status], _members(twin, program["id"], leads)
    outcome: dict[str, str | Skip] = {}
    rows, entries = [], []
    for lead in dict.fromkeys(leads):
        old = there.get(lead)
        before = known.get(old["statusName"] or "") if old else None
        if before and before.step >= target.step:
            outcome[lead] = Skip(1037)
            continue
        row = {"programId": program["id"], "leadId": lead, "statusName": status, "updatedAt": now}
        row |= {"program": program["name"], "reachedSuccess": str(target.success).lower()}
        if target.success:
            row["reachedSuccessDate"] = now
        if old is None:
            row |= {"createdAt": now, "membershipDate": now, "acquiredBy": "false", "isExhausted": "false"}
        rows.append(row)
        entries.append(status_change(program, lead, target, before, reason))
        outcome[lead] = "updated" if old else "created"
    twin.store.upsert(OBJECT, rows)
    twin.log.add(entries)
    return outcome


def status_change(
    program: dict[str, Any], lead: str, new: Status, old: Status | None, reason: str = "Web service API"
) -> Entry:
    """Change Status in Progression."""
    told = {
        "Old Status": old.name if old else NOT_IN_PROGRAM,
        "Old Status ID": old.step if old else 0,
        "New Status": new.name,
        "New Status ID": new.step,
        "Acquired By": False,
        "Success": new.success,
        "Reason": reason,
    }
    return Entry(lead, types.CHANGE_STATUS, program["id"], program["name"], told)


def remove_members(twin: MarketoTwin, program: dict[str, Any], leads: Sequence[str]) -> set[str]:
    """Take leads out of a program; those that were in it."""
    there, now = _members(twin, program["id"], leads), times.written(twin.clock.now())
    mark_deleted(twin.store, OBJECT, [{"programId": program["id"], "leadId": lead, "updatedAt": now} for lead in there])
    known = statuses_of(twin, program)
    gone = known[NOT_IN_PROGRAM] if NOT_IN_PROGRAM in known else Status(NOT_IN_PROGRAM, 0, False)
    twin.log.add([status_change(program, lead, gone, known.get(row["statusName"])) for lead, row in there.items()])
    return set(there)


def _members(twin: MarketoTwin, program_id: str, leads: Sequence[str]) -> dict[str, dict[str, Any]]:
    if not leads:
        return {}
    sql = f"select * from {OBJECT} where programId = ? and leadId in ({marks(len(leads))}) and not _deleted"
    return {row["leadId"]: row for row in twin.store.rows(sql, [program_id, *leads])}


def _describe(twin: MarketoTwin, request: Request) -> Page:
    fields = twin.fields.of(OBJECT)
    custom = [name for name, field in fields.items() if field.custom and field.type in ("string", "integer")]
    told = {
        "name": "API Program Membership",
        "description": "Map for API program membership fields",
        "createdAt": twin.made_at,
        "updatedAt": twin.made_at,
        "dedupeFields": ["leadId", "programId"],
        "searchableFields": [[name] for name in (*SEARCHABLE, *custom)],
        "fields": [described(field) for field in fields.values()],
    }
    return Page([told])


def _describe_of_old(twin: MarketoTwin, request: Request) -> Page:
    fields = [described(field) for field in twin.fields.of(OBJECT).values()]
    return Page([{"name": "API Program Membership", "fields": fields}])


def _query(twin: MarketoTwin, request: Request) -> Page:
    program = program_row(twin, request.path_id("programId"))
    condition, parameters = _filter(twin, request)
    asked = request.listed("fields")
    fields = twin.fields.chosen(OBJECT, ["leadId", *asked] if asked else [], DEFAULT)
    given = request.one("nextPageToken")
    after = int(state_of(given, OBJECT)["after"]) if given else 0
    size = request.batch_size
    rows = twin.store.rows(
        f"select leadId::bigint as _place, {columns_of(twin, fields, OBJECT)} from {OBJECT} "
        f"where programId = ? and not _deleted and {condition} and leadId::bigint > ? order by _place limit ?",
        [program["id"], *parameters, after, size + 1],
    )
    if request.one("filterType") != "leadId":
        total = twin.store.value(f"select count(*) from {OBJECT} where programId = ? and not _deleted", [program["id"]])
        if total > MOST_MEMBERS:
            text = f"Total membership size: {total:,} exceeds the limit allowed {MOST_MEMBERS:,} for the filter"
            raise ApiError(1003, message=text)
    more = len(rows) > size
    page = [{"seq": seq, **rendered(fields, row)} for seq, row in enumerate(rows[:size])]
    return Page(page, token(of=OBJECT, after=rows[size - 1]["_place"]) if more else None, more)


def _filter(twin: MarketoTwin, request: Request) -> tuple[str, list[str]]:
    """The condition of `filterType`, and its parameters."""
    name = request.needed("filterType")
    if name == "updatedAt":
        ends = {"startAt": request.one("startAt"), "endAt": request.one("endAt")}
        return "updatedAt between ? and ?", list(times.span(ends, name, LONGEST_SPAN))
    field = twin.fields.named(OBJECT, name)
    if name not in SEARCHABLE and not (field.custom and field.type in ("string", "integer")):
        raise ApiError(1011, message=f"Lookup field '{name}' not supported")
    wanted = [value.lower() for value in request.listed("filterValues")]
    if not wanted:
        raise ApiError(1002, "filterValues")
    if len(wanted) > MOST:
        raise ApiError(1003, message=f"Too many filterValues: {len(wanted)} exceeds the limit {MOST}")
    return f"lower({identifier(name)}) in ({marks(len(wanted))})", wanted


def _sync_status(twin: MarketoTwin, request: Request) -> Page:
    program, body = program_row(twin, request.path_id("programId")), request.json()
    records, status = records_of(body), text_of(body, "statusName")
    if not status:
        raise ApiError(1002, "statusName")
    return _status_results(twin, program, status, records, "leadId")


def _change_status(twin: MarketoTwin, request: Request) -> Page:
    """The superseded call: existing members only, records by `id`."""
    program, body = program_row(twin, request.path_id("programId")), request.json()
    records, status = records_of(body), text_of(body, "status")
    return _status_results(twin, program, status, records, "id")


def _status_results(
    twin: MarketoTwin, program: dict[str, Any], status: str, records: Sequence[dict[str, Any]], name: str
) -> Page:
    if status not in statuses_of(twin, program):
        raise ApiError(1025)
    result = []
    with twin.store.writing():
        ids = [_id_or_skip(record, name) for record in records]
        leads = [lead for lead in ids if isinstance(lead, str)]
        known = living(twin, leads)
        there = _members(twin, program["id"], leads) if name == "id" else {}
        takers = [lead for lead in leads if lead in known and (name == "leadId" or lead in there)]
        outcome = set_status(twin, program, status, takers, "Web service API")
        for seq, lead in enumerate(ids):
            done = lead if isinstance(lead, Skip) else outcome.get(lead) or Skip(1004 if lead not in known else 1013)
            told: dict[str, Any] = {"seq": seq} if name == "leadId" else {}
            if isinstance(done, Skip):
                given = {} if isinstance(lead, Skip) else {name: int(lead)}
                result.append({**told, "status": "skipped", "reasons": [done.error], **given})
            else:
                result.append({**told, "status": done, name: int(str(lead))})
    return Page(result)


def _sync_data(twin: MarketoTwin, request: Request) -> Page:
    """Updates fields of existing members."""
    program, records = program_row(twin, request.path_id("programId")), request.inputs()
    fields, now, result = twin.fields.of(OBJECT), times.written(twin.clock.now()), []
    with twin.store.writing():
        for seq, record in enumerate(records):
            try:
                lead = _id_or_skip(record, "leadId")
                if isinstance(lead, Skip):
                    raise lead
                old = _members(twin, program["id"], [lead]).get(lead)
                if old is None:
                    raise Skip(1013, message="Membership not found")
                changes = {}
                for name, value in record.items():
                    if name == "leadId":
                        continue
                    if name not in fields:
                        raise Skip(1006, name)
                    if not fields[name].updateable:
                        raise Skip(1003, name, value)
                    changes[name] = values.kept(fields[name], value)
                row = {"programId": program["id"], "leadId": lead, **changes, "updatedAt": now}
                twin.store.upsert(OBJECT, [row])
                twin.log.add(
                    [
                        Entry(
                            lead,
                            types.CHANGE_MEMBER_DATA,
                            program["id"],
                            program["name"],
                            {"Attribute Name": name, "Old Value": old.get(name), "New Value": value},
                        )
                        for name, value in changes.items()
                        if old.get(name) != value
                    ]
                )
                result.append({"seq": seq, "status": "updated", "leadId": int(lead)})
            except Skip as skip:
                result.append({"seq": seq, "status": "skipped", "reasons": [skip.error], **_given(record)})
    return Page(result)


def _delete(twin: MarketoTwin, request: Request) -> Page:
    program, result = program_row(twin, request.path_id("programId")), []
    with twin.store.writing():
        records = request.inputs()
        ids = [_id_or_skip(record, "leadId") for record in records]
        gone = remove_members(twin, program, [lead for lead in ids if isinstance(lead, str)])
        for seq, lead in enumerate(ids):
            if isinstance(lead, str) and lead in gone:
                result.append({"seq": seq, "status": "deleted", "leadId": int(lead)})
            else:
                skip = lead if isinstance(lead, Skip) else Skip(1037, message="Lead not in program")
                result.append({"seq": seq, "status": "skipped", "reasons": [skip.error], **_given(records[seq])})
    return Page(result)


def _given(record: dict[str, Any]) -> dict[str, int]:
    """The lead a skipped record names: the Swagger file wants it, the page's sample leaves it out."""
    lead = record.get("leadId")
    return {"leadId": lead} if isinstance(lead, int) else {}


def _id_or_skip(record: dict[str, Any], name: str) -> str | Skip:
    """Raises ApiError 1001 for what is no number: the vendor's records are typed here (our reading of its files)."""
    try:
        return record_id(record, name)
    except Skip as skip:
        if skip.code == 1001:
            raise ApiError(1001, record[name], "Integer") from None
        return skip


RULES = [
    Rule("GET", "/rest/v1/programs/members/describe.json", _describe, READ_LEAD),
    Rule("GET", "/rest/v1/program/members/describe.json", _describe_of_old, READ_LEAD),
    Rule("GET", "/rest/v1/programs/{programId}/members.json", _query, READ_LEAD),
    Rule("POST", "/rest/v1/programs/{programId}/members.json", _sync_data, WRITE_LEAD),
    Rule("POST", "/rest/v1/programs/{programId}/members/status.json", _sync_status, WRITE_LEAD),
    Rule("POST", "/rest/v1/programs/{programId}/members/delete.json", _delete, WRITE_LEAD),
    Rule("POST", "/rest/v1/leads/programs/{programId}/status.json", _change_status, WRITE_LEAD),
]
