"""One org by its APIs: what its answers mean, and the calls that a reader makes.

Sources: REST API Developer Guide (status codes and error responses, Query, QueryAll, Composite, Get Deleted, Limits)
and Salesforce help 000386264 for queries that are too long for an address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from muster.config.connections import SalesforceConnection
from muster.connectors.http.answer import Answer
from muster.connectors.http.budget import Budget
from muster.connectors.http.client import ApiClient
from muster.connectors.http.errors import one_line
from muster.connectors.http.patience import Patience
from muster.connectors.http.verdict import Again, Good, Judge, Refused, Renew, Spent, Verdict
from muster.connectors.salesforce import limits, soql
from muster.connectors.salesforce.auth import Login
from muster.errors import SourceError

#: Bytes of a query in an address. The address and all headers may have 16,384 together; the rest is headers.
LONGEST = 8_000
_DISABLED = {"API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED"}
_BUSY = {
    "SERVER_UNAVAILABLE", "SERVICE_UNAVAILABLE", "ORG_IN_MAINTENANCE", "REQUEST_RUNNING_TOO_LONG", "UNKNOWN_EXCEPTION",
    "UNABLE_TO_LOCK_ROW",
}  # fmt: skip


class Refusal(SourceError):
    """The org refused a call with a code that the caller may know how to go on from; `code` is blank for HTML."""

    def __init__(self, label: str, what: str, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message
        told = one_line(": ".join(filter(None, (code, message))) or f"status {status}")
        super().__init__(f"{label} refused {what}: {told}")


@dataclass(frozen=True)
class Page:
    """Records of a query in its order; `total` over all pages, `next` the path of the page behind this one."""

    records: Sequence[Mapping[str, Any]]
    total: int
    next: str | None


def judge(budget: Budget) -> Judge:
    """What an org's answers mean. Codes that only a caller can interpret pass; `Org` raises them as Refusal."""

    def verdict(answer: Answer) -> Verdict:
        limits.tell_header(budget, answer.headers)
        code, message = error_of(answer)
        if answer.status == 401:
            return Renew(one_line(f"{code}: {message}"))
        if code == "REQUEST_LIMIT_EXCEEDED":
            if "concurrent" in message.lower():
                return Again("too many long requests at once", everyone=True)
            return Spent(f"the org's API calls of the last 24 hours are used up ({one_line(message)})")
        if code in _DISABLED:
            return Refused(
                f"the API is not enabled ({code}); it is with Enterprise Edition and above, and the user needs the"
                " permission 'API Enabled'"
            )
        if code in _BUSY:
            return Again(code)
        return Good()

    return verdict


def error_of(answer: Answer) -> tuple[str, str]:
    """Code and message of a refused call, `[{"errorCode": …, "message": …}]`; blank where it is none or HTML."""
    if answer.status < 400 or not answer.is_json:
        return "", ""
    told = answer.json()
    first = told[0] if isinstance(told, list) and told else told
    if not isinstance(first, Mapping):
        return "", ""
    return str(first.get("errorCode") or first.get("error") or ""), str(first.get("message") or "")


class Org:
    """The calls of one connection. `path`s are below `/services/data/v…`, except those that the org itself told."""

    def __init__(
        self,
        connection: SalesforceConnection,
        label: str,
        budget: Budget,
        patience: Patience = Patience(),
    ) -> None:
        self.label, self.version = label, connection.api_version
        self.sleep: Callable[[float], None] = patience.sleep
        self._login = Login(connection, label, patience)
        self._budget, self._root, self._greeted = budget, f"/services/data/v{self.version}", False
        self._client, self._uncounted = (
            ApiClient(
                lambda: self._login.instance,
                label=label,
                budget=counted,
                judge=judge(budget),
                authorise=self._login.bearer,
                verify=connection.certificate_authority or True,
                patience=patience,
            )
            for counted in (budget, None)
        )

    @property
    def now(self) -> datetime:
        """The org's clock."""
        self._greet()
        return (self._client if self._client.calls else self._uncounted).server_now

    @property
    def left(self) -> int:
        """Calls that may still be made today."""
        self._greet()
        return self._budget.left() or 0

    # -- REST ------------------------------------------------------------------------------------------------------

    def describe(self, object_: str) -> Mapping[str, Any]:
        told: Mapping[str, Any] = self.get(f"{self._root}/sobjects/{soql.name(object_)}/describe").json()
        return told

    def query(self, text: str) -> Page:
        """The first page, deleted and archived rows included."""
        asked = f"{self._root}/queryAll?q={soql.encoded(text)}"
        return self._page(self.get(asked).json() if len(asked) <= LONGEST else self._composite(asked))

    def more(self, path: str) -> Page:
        return self._page(self.get(path).json())

    def deleted(self, object_: str, start: datetime, end: datetime) -> Mapping[str, Any]:
        """What was deleted between two whole minutes."""
        when = {"start": start.isoformat(), "end": end.isoformat()}
        told: Mapping[str, Any] = self.get(f"{self._root}/sobjects/{soql.name(object_)}/deleted", params=when).json()
        return told

    def _composite(self, path: str) -> Any:
        """A query that is too long for an address, as the one part of a composite request; it counts as one call."""
        part = {"method": "GET", "url": path, "referenceId": "query"}
        answer = self.post(f"{self._root}/composite", {"allOrNone": False, "compositeRequest": [part]})
        (told,) = answer.json()["compositeResponse"]
        if told["httpStatusCode"] >= 400:
            first = told["body"][0]
            raise Refusal(self.label, "a query", told["httpStatusCode"], first["errorCode"], first["message"])
        return told["body"]

    def _page(self, told: Mapping[str, Any]) -> Page:
        following = told.get("nextRecordsUrl")
        if not told.get("done", True) and not following:
            raise SourceError(f"{self.label} gave part of a query's answer and not where the rest is; run again")
        return Page(told["records"], int(told["totalSize"]), following)

    # -- any call --------------------------------------------------------------------------------------------------

    def jobs(self) -> str:
        """Where Bulk API 2.0 query jobs are made."""
        return f"{self._root}/jobs/query"

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Answer:
        self._greet()
        return self._passed(self._client.get(path, params=params), path)

    def post(self, path: str, body: Any) -> Answer:
        """Only for what may be asked twice, as queries and query jobs."""
        self._greet()
        return self._passed(self._client.post(path, json=body, idempotent=True), path)

    def download(self, path: str, to: Path) -> Mapping[str, str]:
        """A file of CSV, packed on its way; the headers that came with it."""
        self._greet()
        headers = self._client.download(path, to, headers={"Accept": "text/csv"}, ranges=False)
        if "csv" in headers.get("Content-Type", ""):
            return headers
        raise self._refusal(path, Answer(400, headers, to.read_bytes()))

    def _greet(self) -> None:
        """The first call: the limits that the budget goes by, and with them whether the API version is there.

        It is not held back by the budget, which knows nothing of the org yet, but counted in it.
        """
        if self._greeted:
            return
        answer = self._uncounted.get(f"{self._root}/limits")
        self._budget.spend(1, unit="calls")
        if answer.status in (404, 410):
            raise SourceError(
                f"{self.label} has no API version {self.version} ({error_of(answer)[0]}); set 'api_version' to one that"
                f" {self._login.instance}/services/data lists"
            )
        if answer.status == 200:  # a user without "View Setup" may not see them; headers tell the calls as well
            limits.tell_limits(self._budget, answer.json())
        self._greeted = True

    def _passed(self, answer: Answer, path: str) -> Answer:
        if answer.status >= 400:
            raise self._refusal(path, answer)
        if not answer.is_json:
            raise SourceError(
                f"{self._login.instance} does not answer as an org does; correct 'url', or try again later"
            )
        return answer

    def _refusal(self, path: str, answer: Answer) -> Refusal:
        code, message = error_of(answer)
        what = path.partition("?")[0].removeprefix(self._root + "/")
        return Refusal(self.label, what, answer.status, code, message)
