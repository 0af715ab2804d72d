"""The calls that a reader of Marketo makes: answers out of their envelopes, pages, files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from muster.connectors.http.answer import Answer
from muster.connectors.marketo.client import Clients
from muster.connectors.marketo.limits import BULK
from muster.connectors.marketo.refusals import Refusal, Refused
from muster.errors import SourceError

Record = dict[str, Any]
Params = Mapping[str, Any]

#: Values, records and ids in one call ("Lead Database").
BATCH = 300
#: Assets on one page ("Assets", maxReturn).
_ASSETS = 200
#: A longer query goes into a form: addresses of 8 KB are refused with HTTP 414.
_LONGEST_QUERY = 6000
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
#: How often an answer without its result, or a listing that moved while it was read, is asked for again.
_ATTEMPTS = 4


@dataclass(frozen=True)
class Envelope:
    """A good answer: its records, where the next page begins, and whether there is one."""

    records: Sequence[Record]
    token: str | None
    more: bool


class Marketo:
    """One instance; `label` names it in errors. Its methods raise Refused where the instance refuses."""

    def __init__(self, clients: Clients) -> None:
        self._http, self._clients, self.label = clients.api, clients, clients.api.label

    @property
    def now(self) -> datetime:
        """The instance's clock, UTC, to the second."""
        clock = self._http
        if not clock.calls:
            self._clients.authorise()  # the token comes from the same instance, and is not counted
            clock = self._clients.identity
        return clock.server_now.replace(microsecond=0)

    def ask(self, path: str, params: Params | None = None, *, kind: str = "") -> Envelope:
        """One reading call; lists among the parameters are joined by commas."""
        query = {name: _joined(value) for name, value in (params or {}).items() if value is not None}
        for _ in range(_ATTEMPTS):
            told = self._asked(path, query, kind).json()
            if "result" in told or told.get("nextPageToken") or told.get("warnings") or "moreResult" in told:
                records, token = told.get("result") or [], told.get("nextPageToken")
                return Envelope(records, token, bool(token) and bool(told.get("moreResult", True)))
        raise SourceError(f"{self.label}: {path}: answers without a result; try again later")

    def pages(self, path: str, params: Params | None = None) -> Iterator[Sequence[Record]]:
        """All pages of a listing of the lead database, empty ones left out."""
        token: str | None = None
        while True:
            page = self.ask(path, {**(params or {}), "batchSize": BATCH, "nextPageToken": token})
            if page.records:
                yield page.records
            if not page.more:
                return
            if page.token == token:
                raise SourceError(f"{self.label}: {path}: the next page is the same page again; try again later")
            token = page.token

    def assets(self, path: str, params: Params | None = None) -> list[Record]:
        """All assets of a listing, as of one moment.

        It is paged by number, so that an asset that is deleted meanwhile would push another one out of sight: each
        page begins with the last asset of the page before, and where it does not, the listing begins again.
        """
        for _ in range(_ATTEMPTS):
            listed = self._listed(path, params or {})
            if listed is not None:
                return listed
        raise SourceError(f"{self.label}: {path}: the listing changes while it is read; try again later")

    def _listed(self, path: str, params: Params) -> list[Record] | None:
        found: list[Record] = []
        while True:
            offset = len(found) - 1 if found else 0
            page = self.ask(path, {**params, "maxReturn": _ASSETS, "offset": offset}).records
            if not found:
                found = list(page)
            elif not page or page[0].get("id") != found[-1].get("id"):
                return None
            else:
                found += page[1:]
            if len(page) < _ASSETS:
                return found

    def do(self, path: str, body: Any = None) -> Record:
        """One call about extracts that changes something; doing it twice does no harm."""
        with self._refusals(path):
            answer = self._http.post(path, json=body, idempotent=True, kind=BULK)
        return _only(answer)

    def status(self, path: str) -> Record:
        """What is told of one thing."""
        return _only(self._asked(path, {}, BULK))

    def download(self, path: str, to: Path) -> None:
        """Bring a file of an extract to `to`, whole."""
        with self._refusals(path):
            self._http.download(path, to, kind=BULK)

    def _asked(self, path: str, query: Mapping[str, str], kind: str) -> Answer:
        with self._refusals(path):
            if len(urlencode(query)) <= _LONGEST_QUERY:
                try:
                    return self._http.get(path, query, kind=kind)
                except Refusal as refusal:
                    if refusal.code != "414":
                        raise
            form = urlencode(query)
            return self._http.post(
                path, idempotent=True, params={"_method": "GET"}, data=form, headers=_FORM, kind=kind
            )

    @contextmanager
    def _refusals(self, path: str) -> Iterator[None]:
        try:
            yield
        except Refusal as refusal:
            raise Refused(self.label, path, refusal) from None


def _joined(value: Any) -> str:
    return value if isinstance(value, str) else ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _only(answer: Answer) -> Record:
    """The one record of an answer, empty where there is none."""
    records = answer.json().get("result") or [{}]
    return dict(records[0])
