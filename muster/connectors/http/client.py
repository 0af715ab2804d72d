"""Calls a vendor's API until it has an answer that counts.

Each call waits for its place in the budget, carries what `authorise` gives, and is judged. Cut connections, half-sent
bodies, timeouts, statuses 5xx and garbage are tried again with growing waits, what the vendor asks to wait is waited.
A call that may have changed something is repeated only where the caller says that doing it twice does no harm.

Errors are SourceError, one line, named by the client's label, the method and the path; never the query, a header or
a body, for these may hold secrets or people.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, TypedDict, TypeVar, Unpack

import orjson
import requests
from requests.adapters import HTTPAdapter
from tenacity import RetryCallState

from muster.connectors.http import failures
from muster.connectors.http.answer import Answer
from muster.connectors.http.budget import Budget
from muster.connectors.http.download import Download
from muster.connectors.http.errors import QuotaSpent, TryAgain, Unsure, one_line
from muster.connectors.http.patience import Patience, failure
from muster.connectors.http.verdict import Again, Good, Judge, Refused, Renew, Spent
from muster.errors import SourceError

#: Seconds to connect, and to wait for the next bytes; the slowest documented answer takes five minutes (Marketo).
TIMEOUT = (15.0, 330.0)

_Result = TypeVar("_Result")


class Sent(TypedDict, total=False):
    """What a call may send; `kind` is its lane of the budget, `json` is written as the body."""

    params: Mapping[str, Any] | None
    headers: Mapping[str, str] | None
    json: Any
    data: Any
    files: Any
    kind: str


@dataclass
class _Call:
    """One call on its way: its name in errors, its lane, whether it may be repeated, and how often it was renewed."""

    method: str
    path: str
    kind: str
    safe: bool
    renewals: int = 0
    authorised: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path.partition('?')[0]}"


class ApiClient:
    """One vendor instance over HTTP; threads may share it.

    `base` is the address all paths go under, without a slash at its end, or a function where it is only known after
    authorising. `authorise` gives the headers of a call and, where it has a method `forget(headers)`, is told of those
    that were refused and asked anew (`auth.Bearer`). Without a `budget` calls are not counted: for token endpoints.
    """

    def __init__(
        self,
        base: str | Callable[[], str],
        *,
        label: str,
        budget: Budget | None,
        judge: Judge,
        authorise: Callable[[], Mapping[str, str]] = dict,
        verify: bool | str = True,
        patience: Patience = Patience(),
        session: requests.Session | None = None,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        self.label, self.calls = label, 0
        self._base, self._budget, self._judge, self._authorise = base, budget, judge, authorise
        self._patience, self._timeout = patience, timeout
        self._session, self._verify = session or _session(), verify
        self._lock = threading.Lock()
        self._heard = False
        self._server: tuple[datetime, float] | None = None

    @property
    def server_now(self) -> datetime:
        """The vendor's clock, UTC, never ahead of it; this machine's before the first answer."""
        if not self._server:
            return datetime.now(UTC)
        told, heard = self._server
        return told + timedelta(seconds=time.monotonic() - heard)

    def get(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        kind: str = "",
    ) -> Answer:
        return self._exchange(_Call("GET", path, kind, safe=True), params=params, headers=headers)

    def post(self, path: str, *, idempotent: bool = False, **sent: Unpack[Sent]) -> Answer:
        """`idempotent`: doing it twice is as good as once, as with reads that are asked by POST."""
        return self._exchange(_Call("POST", path, sent.pop("kind", ""), safe=idempotent), **sent)

    def put(self, path: str, *, idempotent: bool = True, **sent: Unpack[Sent]) -> Answer:
        return self._exchange(_Call("PUT", path, sent.pop("kind", ""), safe=idempotent), **sent)

    def patch(self, path: str, *, idempotent: bool = False, **sent: Unpack[Sent]) -> Answer:
        return self._exchange(_Call("PATCH", path, sent.pop("kind", ""), safe=idempotent), **sent)

    def delete(self, path: str, *, idempotent: bool = True, **sent: Unpack[Sent]) -> Answer:
        return self._exchange(_Call("DELETE", path, sent.pop("kind", ""), safe=idempotent), **sent)

    def download(
        self,
        path: str,
        to: Path,
        *,
        headers: Mapping[str, str] | None = None,
        expected_bytes: int | None = None,
        sha256: str | None = None,
        kind: str = "",
        ranges: bool = True,
    ) -> Mapping[str, str]:
        """Bring a file to `to`, whole and checked or not at all; the headers of its (last) answer.

        A cut download goes on where it was, by Range (RFC 9110 §14); a server that does not know ranges, or
        `ranges=False` (then packed bodies are asked for), begins again. `expected_bytes` and `sha256` (hex) are what
        the vendor says of the unpacked file.
        """
        call = _Call("GET", path, kind, safe=True)
        wanted = Download(to, expected_bytes, sha256, ranges)

        def piece() -> Mapping[str, str] | None:
            with self._sent(call, {**(headers or {}), **wanted.headers}, {}) as response:
                if wanted.is_file(response):
                    return wanted.take(response)
                self._judged(call, response)
                return wanted.take_whole(response)

        while True:
            told = self._persist(call, piece)
            if told is not None:
                return told

    def _exchange(
        self, call: _Call, *, json: Any = None, headers: Mapping[str, str] | None = None, **sent: Any
    ) -> Answer:
        if json is not None:
            sent["data"], headers = orjson.dumps(json), {"Content-Type": "application/json", **(headers or {})}

        def once() -> Answer:
            with self._sent(call, headers or {}, sent) as response:
                return self._judged(call, response)

        return self._persist(call, once)

    @contextmanager
    def _sent(self, call: _Call, headers: Mapping[str, str], sent: Mapping[str, Any]) -> Iterator[requests.Response]:
        """The answer as it begins to come in; what breaks on the way, here or while it is read, is TryAgain."""
        call.authorised = self._authorise()
        base = self._base if isinstance(self._base, str) else self._base()
        with self._budget.call(call.kind) if self._budget else nullcontext():
            with self._lock:
                self.calls += 1
            try:
                with self._session.request(
                    call.method,
                    f"{base}/{call.path.lstrip('/')}",
                    headers={**call.authorised, **headers},
                    timeout=self._timeout,
                    allow_redirects=call.method == "GET",
                    auth=_as_it_is,
                    verify=self._verify,  # told here, for the environment outweighs a session's
                    stream=True,
                    **sent,
                ) as response:
                    self._listen(response)
                    yield response
            except requests.RequestException as error:
                again = failures.passing(error)
                raise again or SourceError(f"{self.label}: {call}: {failures.lasting(error)}") from None

    def _judged(self, call: _Call, response: requests.Response) -> Answer:
        """The whole answer where it is Good; the error that it is otherwise."""
        answer = Answer(response.status_code, response.headers, response.content)
        if answer.status >= 500:
            raise TryAgain(f"HTTP {answer.status}", answer.retry_after)
        if answer.is_json and answer.body:
            answer.json()  # garbage is tried again, whoever would have read it
        verdict = self._judge(answer)
        match verdict:
            case Good():
                return answer
            case Again(reason, after, everyone, maybe_done):
                if everyone and after and self._budget:
                    self._budget.pause(after, call.kind)
                raise TryAgain(one_line(reason), after, maybe_done=maybe_done)
            case Renew(reason):
                raise self._renewed(call, one_line(reason))
            case Spent(reason, until, unit):
                if self._budget:
                    self._budget.told(call.kind, left=0, unit=unit)
                raise QuotaSpent(f"{self.label}: {one_line(reason)}", until)
            case Refused(reason):
                raise SourceError(f"{self.label}: {call}: {one_line(reason)}")

    def _renewed(self, call: _Call, reason: str) -> Exception:
        """Drop the token that was refused. A few fresh ones, or a fixed one a few times, may be refused by mistake."""
        if call.renewals >= self._patience.renewals:
            return SourceError(f"{self.label}: {call}: {reason}")
        forget = getattr(self._authorise, "forget", None)
        if forget:
            forget(call.authorised)
        call.renewals += 1
        return TryAgain(reason, 0.0 if call.renewals == 1 else None, maybe_done=False)

    def _persist(self, call: _Call, once: Callable[[], _Result]) -> _Result:
        def attempt() -> _Result:
            try:
                return once()
            except TryAgain as failed:
                if failed.maybe_done and not call.safe:
                    raise Unsure(
                        f"{self.label}: {call}: {failed.reason}; whether it was done is not known, look before it is"
                        " asked again"
                    ) from None
                raise

        def give_up(state: RetryCallState) -> object:
            failed = failure(state)
            asks = f", and asks to wait {failed.after:,.0f} s" if failed.after else ""
            times = f"{state.attempt_number} times" if state.attempt_number > 1 else "once"
            raise SourceError(f"{self.label}: {call} failed {times}, last: {failed.reason}{asks}; try again later")

        tries = self._patience.tries(strange=not self._heard, give_up=give_up)
        return tries(attempt)

    def _listen(self, response: requests.Response) -> None:
        self._heard = True
        told = Answer(response.status_code, response.headers, b"").date
        if told:
            self._server = (told, time.monotonic())
            if self._budget:
                self._budget.hear(told)


def _session() -> requests.Session:
    """Connections that are kept and shared by threads, without cookies, which would tie the calls together."""
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("https://", HTTPAdapter(pool_connections=4, pool_maxsize=32))
    session.mount("http://", HTTPAdapter(pool_connections=4, pool_maxsize=32))
    return session


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No other credentials than ours: without this, requests puts those of a `.netrc` in their place."""
    return request
