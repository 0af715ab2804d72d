"""Calls that write leads: sync, push, submit form, partitions, associate.

Source: the "Leads" page and the operation descriptions of the vendor's Swagger file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muster.twins.marketo import activity_types as types
from muster.twins.marketo.answers import Page
from muster.twins.marketo.errors import ApiError, Skip
from muster.twins.marketo.lead_writer import ACTIONS, Manner, partition_id, write_leads
from muster.twins.marketo.log import Entry
from muster.twins.marketo.members import set_status, statuses_of
from muster.twins.marketo.request import Request, record_id, records_of, text_of
from muster.twins.marketo.rules import READ_LEAD, WRITE_LEAD, Rule

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

_Done = dict[str, Any] | Skip


def told(done: _Done) -> dict[str, Any]:
    """A record's result; a skipped one carries no id."""
    return {"status": "skipped", "reasons": [done.error]} if isinstance(done, Skip) else done


def _sync(twin: MarketoTwin, request: Request) -> Page:
    body = request.json()
    records = records_of(body)
    action = text_of(body, "action", "createOrUpdate")
    lookup = text_of(body, "lookupField", "email")
    partition = text_of(body, "partitionName")
    if action not in ACTIONS:
        raise ApiError(1003, message=f"Invalid value for field 'action' and value '{action}'")
    if partition and action not in ("createOnly", "createOrUpdate"):
        raise ApiError(1003, message="partitionName is only allowed with createOnly and createOrUpdate")
    manner = Manner(action, lookup, partition, company=False)
    return Page([told(done) for done in write_leads(twin, records, request.user, manner)])


def _push(twin: MarketoTwin, request: Request) -> Page:
    """Always an upsert; attributed to a program, whose member each lead becomes where a status is given."""
    body = request.json()
    records = records_of(body)
    name = text_of(body, "programName")
    if not name:
        raise ApiError(1002, "programName")
    programs = twin.store.rows("select id, name, channel from programs where name = ? and not _deleted", [name])
    if not programs:
        raise ApiError(1013, message=f"Program '{name}' not found")
    source, reason = text_of(body, "source"), text_of(body, "reason")
    manner = Manner(
        lookup=text_of(body, "lookupField", "email"),
        partition=text_of(body, "partitionName"),
        method="pushLeadToMarketo",
        source=source or "Web service API",
        reason=reason or "Web service API",
    )
    done = write_leads(twin, records, request.user, manner)
    leads = [str(each["id"]) for each in done if not isinstance(each, Skip)]
    attributes = {"API Method Name": manner.method, "Source": source, "Reason": reason}
    twin.log.add([Entry(lead, types.PUSH_LEAD, programs[0]["id"], name, attributes) for lead in leads])
    if status := text_of(body, "programStatus"):
        if status not in statuses_of(twin, programs[0]):
            raise ApiError(1025)
        set_status(twin, programs[0], status, leads, "Push Lead to Marketo")
    return Page([{"reasons": [each.error]} if isinstance(each, Skip) else each for each in done])


def _submit_form(twin: MarketoTwin, request: Request) -> Page:
    """One record, looked up by e-mail; forms are not kept, so that any id is taken (our decision)."""
    body = request.json()
    if body.get("formId") in (None, ""):
        raise ApiError(1002, "formId")
    form = records_of(body, most=1)[0]
    fields = form.get("leadFormFields")
    if not isinstance(fields, dict) or not fields.get("email"):
        raise ApiError(1002, "email")
    manner = Manner(method="submitForm", source="Web form fillout", reason="Form fillout")
    done = write_leads(twin, [fields], request.user, manner)[0]
    if not isinstance(done, Skip):
        visit = form.get("visitorData")
        visitor: dict[str, Any] = visit if isinstance(visit, dict) else {}
        attributes = {
            "Form Fields": ", ".join(fields),
            "Client IP Address": visitor.get("leadClientIpAddress"),
            "Query Parameters": visitor.get("queryString"),
            "User Agent": visitor.get("userAgentString"),
        }
        number = record_id(body, "formId")
        twin.log.add([Entry(str(done["id"]), types.FILL_OUT_FORM, number, f"Form {number}", attributes)])
    return Page([told(done)])


def _partitions(twin: MarketoTwin, request: Request) -> Page:
    rows = twin.store.rows("select id, name, description from partitions where not _deleted order by id::bigint")
    return Page([{"id": int(row["id"]), "name": row["name"], "description": row["description"] or ""} for row in rows])


def _move(twin: MarketoTwin, request: Request) -> Page:
    """Puts leads into other partitions, each into one of its own."""
    result = []
    with twin.store.writing():
        for record in request.inputs():
            try:
                lead = record_id(record)
                target = partition_id(twin, text_of(record, "partitionName"), request.user)
                row = twin.store.get("leads", lead)
                if row is None or row["_deleted"]:
                    raise Skip(1004)
                if row.get("leadPartitionId") != target:
                    twin.store.upsert("leads", [{"id": lead, "leadPartitionId": target}])
                    attributes = {"Old Lead Partition ID": row.get("leadPartitionId"), "Reason": "Web service API"}
                    twin.log.add([Entry(lead, types.CHANGE_PARTITION, target, None, attributes)])
                result.append({"id": int(lead), "status": "updated"})
            except (Skip, ApiError) as error:
                result.append({"status": "skipped", "reasons": [error.error]})
    return Page(result)


def _associate(twin: MarketoTwin, request: Request) -> Page:
    """Keeps the cookie with the lead."""
    lead, cookie = request.path_id("leadId"), request.needed("cookie")
    if "token:" not in cookie:
        raise ApiError(1012, cookie)
    row = twin.store.get("leads", lead)
    if row is None or row["_deleted"]:
        raise ApiError(1004)
    twin.store.upsert("leads", [{"id": lead, "cookies": cookie}])
    return Page()


RULES = [
    Rule("POST", "/rest/v1/leads.json", _sync, WRITE_LEAD),
    Rule("POST", "/rest/v1/leads/push.json", _push, WRITE_LEAD),
    Rule("POST", "/rest/v1/leads/submitForm.json", _submit_form, WRITE_LEAD),
    Rule("GET", "/rest/v1/leads/partitions.json", _partitions, READ_LEAD),
    Rule("POST", "/rest/v1/leads/partitions.json", _move, WRITE_LEAD),
    Rule("POST", "/rest/v1/leads/{leadId}/associate.json", _associate, WRITE_LEAD),
]
