"""Query jobs: a query over any number of records, its result read as CSV, page by page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from starlette.responses import Response, StreamingResponse

from muster.twins.calls import Call, answer
from muster.twins.salesforce.bulk.jobs import (
    DELIMITERS,
    ENDINGS,
    Job,
    Shelf,
    chosen,
    same_version,
    wrong_state,
)
from muster.twins.salesforce.errors import Refusal
from muster.twins.salesforce.gate import json_object, version
from muster.twins.salesforce.limits import QUERY_JOBS, QUERY_MEGABYTES
from muster.twins.salesforce.org import Org
from muster.twins.salesforce.soql.statement import Statement
from muster.twins.salesforce.spool import Spool

#: Lines of a page where the caller does not say; no page has more, whatever they say (our decision).
PAGE = 250_000
#: `/resultPages` gives so many addresses at once, from this version on.
PAGES_AT_ONCE, PAGES_SINCE = 5, 58
#: Objects that have no Bulk; the vendor's list is longer.
_WITHOUT = frozenset({"CampaignMemberStatus", "OpportunityStage", "LeadStatus", "AccountContactRole", "Organization"})
_MEGABYTE = 1 << 20


@dataclass
class QueryJob(Job):
    """A query job with its result, once it is there."""

    statement: Statement | None = None
    lines: Spool | None = None

    @property
    def header(self) -> bytes:
        return (
            self.statement.header(DELIMITERS[self.delimiter], ENDINGS[self.ending]).encode() if self.statement else b""
        )


class QueryJobs:
    """The resource `/jobs/query`."""

    def __init__(self, org: Org, workers: ThreadPoolExecutor) -> None:
        self._org = org
        self._shelf: Shelf[QueryJob] = Shelf(org, workers, _drop)

    def create(self, call: Call) -> Response:
        told = json_object(call)
        operation = chosen(told, "operation", {"query": "", "queryAll": ""}, "")
        text = told.get("query")
        if not isinstance(text, str) or not text.strip():
            raise Refusal(400, "INVALIDJOB", "InvalidJob : A query has to be specified")
        delimiter = chosen(told, "columnDelimiter", DELIMITERS, "COMMA")
        ending = chosen(told, "lineEnding", ENDINGS, "LF")
        compiler = self._org.compiler(version(call), deleted=operation == "queryAll", bulk=True)
        statement = compiler.compile(text)
        if statement.entity.name in _WITHOUT:
            what = f"Entity '{statement.entity.name}' is not supported by the Bulk API."
            raise Refusal(400, "INVALIDENTITY", what)
        if not self._org.daily[QUERY_JOBS].take():
            raise Refusal(400, "LIMIT_EXCEEDED", "You have exceeded the number of Bulk V2 query jobs in 24 hours")
        job = QueryJob(
            self._org.ids.next("750"), operation, statement.entity.name, version(call), self._org.now,
            delimiter, ending, "V2Query", statement=statement,
        )  # fmt: skip
        self._shelf.put(job)
        self._shelf.start(job, call, self._run)
        return answer(job.told(self._org.now, self._org.user))

    def _run(self, job: QueryJob) -> None:
        if job.statement:
            sql = job.statement.lines(DELIMITERS[job.delimiter], ENDINGS[job.ending])
            job.lines = Spool.of(self._org.store.batches(sql), self._org.folder / job.id)
            job.processed = len(job.lines)
            if job.aborted:
                job.lines.close()

    def get(self, call: Call) -> Response:
        job = self._shelf.one(call)
        chunks = {"isPkChunkingSupported": job.statement is not None and not job.statement.narrowed}
        return answer(job.looked_at(self._org.now, self._org.user) | chunks)

    def all(self, call: Call) -> Response:
        wanted = call.query.get("jobType", "V2Query")
        jobs = [job.told(self._org.now, self._org.user) for job in self._shelf.all() if job.kind == wanted]
        return answer({"done": True, "records": jobs, "nextRecordsUrl": None})

    def change(self, call: Call) -> Response:
        job = self._shelf.one(call)
        if json_object(call).get("state") != "Aborted":
            raise Refusal(400, "INVALIDJOB", "InvalidJob : The state of a query job can be set to Aborted only")
        self._shelf.abort(job)
        return answer(job.told(self._org.now, self._org.user))

    def delete(self, call: Call) -> Response:
        self._shelf.remove(self._shelf.one(call))
        return Response(status_code=204)

    # -- results ---------------------------------------------------------------------------------------------------

    def results(self, call: Call) -> Response:
        job, lines = self._complete(call)
        size, start = _size(call), _place(call.query.get("locator"))
        if start > len(lines):
            raise _bad_locator()
        stop = min(start + size, len(lines))
        headers = {
            "Sforce-NumberOfRecords": str(stop - start),
            "Sforce-Locator": _locator(stop) if stop < len(lines) else "null",
        }
        if self._org.daily[QUERY_MEGABYTES].left == 0:
            raise Refusal(400, "LIMIT_EXCEEDED", "You have exceeded the size of Bulk V2 query results in 24 hours")
        return StreamingResponse(self._counted(job.header, lines.read(start, stop)), 200, headers, "text/csv")

    def pages(self, call: Call) -> Response:
        """Addresses of the next pages, to be read at the same time."""
        if int(version(call).split(".")[0]) < PAGES_SINCE:
            raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
        job, lines = self._complete(call)
        size, start = _size(call), _place(call.query.get("locator"))
        place = f"/services/data/v{job.version}/jobs/query/{job.id}"
        starts = list(range(start, max(len(lines), 1), size))
        here, rest = starts[:PAGES_AT_ONCE], starts[PAGES_AT_ONCE:]
        urls = [f"{place}/results?maxRecords={size}" + (f"&locator={_locator(each)}" if each else "") for each in here]
        more = f"{place}/resultPages?maxRecords={size}&locator={_locator(rest[0])}" if rest else None
        return answer({"resultPages": [{"resultUrl": u} for u in urls], "nextRecordsUrl": more, "done": more is None})

    def _complete(self, call: Call) -> tuple[QueryJob, Spool]:
        job = self._shelf.one(call)
        same_version(job, call)
        if job.state(self._org.now) != "JobComplete" or job.lines is None:
            raise wrong_state(f"Results of job {job.id} are not there; its state is {job.state(self._org.now)}")
        return job, job.lines

    def _counted(self, header: bytes, lines: Iterator[bytes]) -> Iterator[bytes]:
        sent = len(header)
        yield header
        for piece in lines:
            yield piece
            sent += len(piece)
        self._org.daily[QUERY_MEGABYTES].spend(-(-sent // _MEGABYTE))


def _drop(job: QueryJob) -> None:
    if job.lines:
        job.lines.close()


def _size(call: Call) -> int:
    told = call.query.get("maxRecords", str(PAGE))
    if not told.isdigit() or int(told) < 1:
        raise Refusal(400, "INVALIDJOB", f"InvalidJob : maxRecords is not a number above 0: {told}")
    return min(int(told), PAGE)


def _locator(start: int) -> str:
    return base64.b64encode(str(start).encode()).decode()


def _place(locator: str | None) -> int:
    """Where a page begins; from the beginning without a locator."""
    if locator is None:
        return 0
    try:
        return int(base64.b64decode(locator, validate=True).decode())
    except (binascii.Error, ValueError):
        raise _bad_locator() from None


def _bad_locator() -> Refusal:
    return Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
