"""SOQL over REST: `/query` and `/queryAll`, and reading on by locators.

The first answer fixes the result: what changes afterwards does not show in later pages. A locator stays good until
two days have passed or ten newer ones are open, and can be read again, so a page that was lost on the way is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import orjson
import pyarrow as pa
from starlette.responses import Response

from muster.twins.calls import Call, answer
from muster.twins.salesforce.errors import Refusal, malformed
from muster.twins.salesforce.faults import LOCATOR
from muster.twins.salesforce.gate import version
from muster.twins.salesforce.ids import is_id
from muster.twins.salesforce.org import Org
from muster.twins.salesforce.soql.statement import Statement
from muster.twins.salesforce.spool import Spool

PAGE = 2_000
_SMALLEST = 200
#: Wide records come in smaller pages, whatever size was asked for: about so many values in one (our decision).
_VALUES = 120_000
_OPEN = 10
_LIFE = timedelta(days=2)
_AGGREGATED = 2_000
_TEXT = 100_000
_BATCH_SIZE = re.compile(r"batchSize\s*=\s*(\d+)", re.IGNORECASE)
_LOCATOR = re.compile(r"(?P<cursor>01g\w{15})(?:-(?P<child>\w+)-(?P<parent>\w{18}))?-(?P<start>\d+)")


@dataclass
class Cursor:
    """A result that is being read page by page."""

    statement: Statement
    lines: Spool
    page: int
    opened: datetime


class Queries:
    """Answers queries, and keeps the results that are longer than a page."""

    def __init__(self, org: Org) -> None:
        self._org, self._lock = org, Lock()
        self._cursors: dict[str, Cursor] = {}  # the oldest first

    def query(self, call: Call) -> Response:
        return self._first(call, deleted=False)

    def query_all(self, call: Call) -> Response:
        return self._first(call, deleted=True)

    def more(self, call: Call) -> Response:
        """`GET /query/LOCATOR`."""
        match = _LOCATOR.fullmatch(call.params["locator"])
        cursor = self._cursor(match["cursor"]) if match else None
        if match is None or cursor is None or self._org.faults.strikes(LOCATOR, call.path, call.method):
            raise Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        if match["child"]:
            return self._children(call, cursor, match)
        if int(match["start"]) > len(cursor.lines):
            raise Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(call, match["cursor"], cursor, int(match["start"]))

    def _first(self, call: Call, *, deleted: bool) -> Response:
        text = call.query.get("q")
        if text is None:
            raise malformed("A query string has to be specified")
        if len(text) > _TEXT:
            raise malformed(f"SOQL statements cannot be longer than {_TEXT} characters.")
        statement = self._org.compiler(version(call), deleted=deleted).compile(text)
        if statement.counted:
            return answer({"totalSize": self._org.store.value(statement.count), "done": True, "records": []})
        id_ = self._org.ids.next("01g")
        lines = Spool.of(self._run(statement, {"cursor": id_}), self._org.folder / id_)
        if statement.grouped and len(lines) > _AGGREGATED:
            told = "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch"
            raise Refusal(500, "EXCEEDED_ID_LIMIT", told)
        cursor = Cursor(statement, lines, _page_size(call, statement), self._org.now)
        if len(lines) > cursor.page or statement.children:
            self._keep(id_, cursor)
        return self._page(call, id_, cursor, 0)

    def _run(self, statement: Statement, parameters: dict[str, str]) -> Iterator[pa.RecordBatch]:
        """Records as JSON, a comma behind each."""
        used = parameters if statement.children else None
        return self._org.store.batches(f"select line || ',' as line from ({statement.rows})", used)

    def _page(self, call: Call, id_: str, cursor: Cursor, start: int) -> Response:
        stop = min(start + cursor.page, len(cursor.lines))
        url = f"/services/data/v{version(call)}/query/{id_}-{stop}" if stop < len(cursor.lines) else None
        return _records(len(cursor.lines), url, b"".join(cursor.lines.read(start, stop)))

    def _children(self, call: Call, cursor: Cursor, match: re.Match[str]) -> Response:
        """Further records of a child query, for one parent; read anew, so not fixed as the parents are."""
        statement, start = cursor.statement.children.get(match["child"]), int(match["start"])
        if statement is None or not is_id(match["parent"]):
            raise Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        rows = f"select line || ',' as line from ({statement.rows})"
        lines = Spool.of(self._org.store.batches(rows, {"parent": match["parent"]}), self._org.folder / match[0])
        stop = min(start + cursor.page, len(lines))
        way = f"{match['cursor']}-{match['child']}-{match['parent']}-{stop}"
        url = f"/services/data/v{version(call)}/query/{way}" if stop < len(lines) else None
        response = _records(len(lines), url, b"".join(lines.read(start, stop)))
        lines.close()
        return response

    # -- cursors ---------------------------------------------------------------------------------------------------

    def _keep(self, id_: str, cursor: Cursor) -> None:
        with self._lock:
            self._cursors[id_] = cursor
            for oldest in list(self._cursors)[:-_OPEN]:
                self._cursors.pop(oldest).lines.close()

    def _cursor(self, id_: str) -> Cursor | None:
        with self._lock:
            found = self._cursors.get(id_)
            if found and self._org.now >= found.opened + _LIFE:
                self._cursors.pop(id_).lines.close()
                return None
            return found


def _page_size(call: Call, statement: Statement) -> int:
    match = _BATCH_SIZE.search(call.headers.get("sforce-query-options", ""))
    asked = min(PAGE, max(_SMALLEST, int(match[1]))) if match else PAGE
    return min(asked, max(_SMALLEST, _VALUES // max(1, len(statement.columns))))


def _records(total: int, more: str | None, lines: bytes) -> Response:
    """The answer with records that are JSON already, each with a comma behind it."""
    head: dict[str, Any] = {"totalSize": total, "done": more is None}
    if more:
        head["nextRecordsUrl"] = more
    body = orjson.dumps(head)[:-1] + b',"records":[' + lines[:-1] + b"]}"
    return Response(body, media_type="application/json")
