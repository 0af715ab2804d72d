"""Bulk import of leads and program members: the file in, its state, and the rows that failed or were warned of.

Source: the "Bulk Lead Import" and "Bulk Program Member Import" pages. Insert or update; looked up by `id`, update only.
"""

from __future__ import annotations

from collections.abc import Sequence
from email import message_from_bytes
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import csv
from starlette.responses import Response

from muster.twins.marketo import lists, members, values
from muster.twins.marketo.answers import Page
from muster.twins.marketo.errors import ApiError, HttpError, Skip
from muster.twins.marketo.export_files import SEPARATORS
from muster.twins.marketo.import_jobs import Import, Outcome
from muster.twins.marketo.lead_writer import Manner, partition_id, write_leads
from muster.twins.marketo.leads import check_lookup
from muster.twins.marketo.request import Request, integer
from muster.twins.marketo.rules import WRITE_LEAD, Rule
from muster.twins.marketo.standard_fields import Field

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

LARGEST = 10 << 20
#: Rows written at once.
_ROWS = 2_000
LEADS, MEMBERS = "leads", "program members"


def _import_leads(twin: MarketoTwin, request: Request) -> Page:
    format_, table = _file(request)
    list_id = lists.list_row(twin, str(request.integer("listId", 0)))["id"] if request.one("listId") else None
    manner = _manner(twin, request, "importLead")

    def run() -> Outcome:
        outcome, ids = _write_rows(twin, request, table, manner)
        if list_id:
            lists.add_members(twin, lists.list_row(twin, list_id), ids, "List import")
            outcome.members = len(ids)
        return outcome

    return _submit(twin, request, LEADS, format_, table, run, list_id)


def _import_members(twin: MarketoTwin, request: Request) -> Page:
    """Members with a status; the file's columns are fields of leads, or of members."""
    program = members.program_row(twin, request.path_id("programId"))
    format_, table = _file(request)
    status = request.needed("programMemberStatus")
    if status not in members.statuses_of(twin, program):
        raise ApiError(1025)
    manner = _manner(twin, request, "importProgramMember")

    def run() -> Outcome:
        outcome, ids = _write_rows(twin, request, table, manner)
        members.set_status(twin, program, status, ids, "Program member import")
        outcome.members = len(ids)
        return outcome

    return _submit(twin, request, MEMBERS, format_, table, run, None)


def _manner(twin: MarketoTwin, request: Request, method: str) -> Manner:
    lookup = request.one("lookupField", "email")
    check_lookup(twin, lookup)
    partition_id(twin, request.one("partitionName"), request.user)
    action = "updateOnly" if lookup == "id" else "createOrUpdate"
    return Manner(action, lookup, request.one("partitionName"), method, "List import", "List import")


def _submit(
    twin: MarketoTwin,
    request: Request,
    kind: str,
    format_: str,
    table: pa.Table,
    run: Any,
    list_id: str | None,
) -> Page:
    now = twin.clock.now()
    job = twin.imports.submit(Import(kind, request.user.name, format_, table.column_names, run, list_id, now))
    told = {"batchId": job.id, "importId": str(job.id), "status": "Queued"}
    return Page([told | ({"numOfLeadsProcessed": 0} if kind == LEADS else {})])


def _file(request: Request) -> tuple[str, pa.Table]:
    """The format and the rows of the multipart file. Raises ApiError 612, 613 or 1001."""
    kind = request.call.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        raise ApiError(612)
    parts = _parts(kind, request.call.body)
    format_ = (request.one("format") or parts.get("format", b"").decode("latin-1")).upper()
    if format_ not in SEPARATORS:
        raise ApiError(1001, format_, "format")
    if "file" not in parts:
        raise ApiError(613)
    return format_, _table(parts["file"], SEPARATORS[format_])


def _parts(content_type: str, body: bytes) -> dict[str, bytes]:
    """Parts of a multipart body, by name."""
    message = message_from_bytes(b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body)
    if not message.is_multipart():
        raise ApiError(613)
    found: dict[str, bytes] = {}
    for part in message.walk():
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found[name] = content
    return found


def _table(content: bytes, separator: str) -> pa.Table:
    """All cells as text. Raises ApiError 1003 where there is no header, or a row of another length."""
    try:
        names = csv.read_csv(
            pa.BufferReader(content.split(b"\n", 1)[0] + b"\n"),
            parse_options=csv.ParseOptions(delimiter=separator),
        ).column_names
        return csv.read_csv(
            pa.BufferReader(content),
            parse_options=csv.ParseOptions(delimiter=separator, newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
            ),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise ApiError(1003, message=f"The file cannot be read: {str(error).splitlines()[0]}") from None


def _write_rows(twin: MarketoTwin, request: Request, table: pa.Table, manner: Manner) -> tuple[Outcome, list[str]]:
    """Write the rows; the outcome, and the ids of the leads."""
    outcome, ids = Outcome(), list[str]()
    fields = twin.fields.of("leads")
    for start in range(0, table.num_rows, _ROWS):
        rows = table.slice(start, _ROWS).to_pylist()
        records = []
        for row in rows:
            cells = [str(cell) for cell in row.values()]
            record = {name: cell for name, cell in row.items() if cell != ""}
            if warned := _warning(fields, record, manner.lookup):
                record.pop(warned[0])
                outcome.warnings.append((cells, warned[1]))
            records.append(record)
        for row, done in zip(rows, write_leads(twin, records, request.user, manner), strict=True):
            if isinstance(done, Skip):
                outcome.failures.append(([str(cell) for cell in row.values()], _reason(fields, done, row)))
            else:
                ids.append(str(done["id"]))
    outcome.processed = len(ids)
    return outcome, ids


def _warning(fields: dict[str, Field], record: dict[str, str], lookup: str) -> tuple[str, str] | None:
    """An e-mail that is none is left out of the row; as the key of the row it fails it."""
    for name, value in record.items():
        if name != lookup and name in fields and fields[name].type == "email":
            try:
                values.kept(fields[name], value)
            except Skip:
                return name, "Invalid email address"
    return None


def _reason(fields: dict[str, Field], skip: Skip, row: dict[str, Any]) -> str:
    """As the failures file words it: `Invalid data type in field Lead Score`."""
    if skip.code == 1003:
        for name, value in row.items():
            try:
                if name in fields:
                    values.kept(fields[name], value)
            except Skip:
                if fields[name].type == "email":
                    return "Invalid email address"
                return f"Invalid data type in field {fields[name].label}"
    return skip.error["message"]


def _job(twin: MarketoTwin, request: Request, kind: str) -> Import:
    job = twin.imports.find(kind, integer(request.path("batchId")))
    if job is None:
        raise ApiError(1013, message="Import not found")
    return job


def _status(kind: str) -> Any:
    return lambda twin, request: Page([twin.imports.told(_job(twin, request, kind))])


def _failures(kind: str) -> Any:
    return lambda twin, request: _rows_of(twin, _job(twin, request, kind), "failures", "Import Failure Reason")


def _warnings(kind: str) -> Any:
    return lambda twin, request: _rows_of(twin, _job(twin, request, kind), "warnings", "Import Warning Reason")


def _rows_of(twin: MarketoTwin, job: Import, name: str, column: str) -> Response:
    """The rows as they were given, with the reason behind; 404 while the import runs."""
    if job.outcome is None or job.status(twin.clock.now()) != "Complete":
        raise HttpError(404, "File not found")
    rows: Sequence[tuple[list[str], str]] = getattr(job.outcome, name)
    separator = SEPARATORS[job.format]
    lines = [[*job.header, column], *([*cells, reason] for cells, reason in rows)]
    text = "".join(separator.join(_quoted(cell, separator) for cell in line) + "\n" for line in lines)
    return Response(text, media_type="text/csv; charset=UTF-8")


def _quoted(cell: str, separator: str) -> str:
    if any(mark in cell for mark in (separator, '"', "\n", "\r")):
        return '"' + cell.replace('"', '""') + '"'
    return cell


_BATCH, _IMPORT = "/bulk/v1/leads/batch/{batchId}", "/bulk/v1/program/members/import/{batchId}"
RULES = [
    Rule("POST", "/bulk/v1/leads.json", _import_leads, WRITE_LEAD, LARGEST),
    Rule("POST", "/bulk/v1/program/{programId}/members/import.json", _import_members, WRITE_LEAD, LARGEST),
    Rule("GET", f"{_BATCH}.json", _status(LEADS), WRITE_LEAD),
    Rule("GET", f"{_BATCH}/failures.json", _failures(LEADS), WRITE_LEAD),
    Rule("GET", f"{_BATCH}/warnings.json", _warnings(LEADS), WRITE_LEAD),
    Rule("GET", f"{_IMPORT}/status.json", _status(MEMBERS), WRITE_LEAD),
    Rule("GET", f"{_IMPORT}/failures.json", _failures(MEMBERS), WRITE_LEAD),
    Rule("GET", f"{_IMPORT}/warnings.json", _warnings(MEMBERS), WRITE_LEAD),
]
