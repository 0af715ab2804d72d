"""A Marketo instance over HTTP: its token, and what its answers mean.

Codes and texts: "Error Codes" of the vendor's documentation. The judge says what may be tried again and what the day
has no more of; everything else is a Refusal, for its caller knows best what a refusal means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from muster.config.connections import MarketoConnection
from muster.connectors.http.answer import Answer
from muster.connectors.http.auth import Bearer, Grant
from muster.connectors.http.budget import Budget
from muster.connectors.http.client import ApiClient
from muster.connectors.http.errors import Garbage
from muster.connectors.http.patience import Patience
from muster.connectors.http.verdict import Again, Good, Refused, Renew, Spent, Verdict
from muster.connectors.marketo.limits import day_ends
from muster.connectors.marketo.refusals import Refusal

#: Empty, invalid and expired access token.
_TOKEN = frozenset({"600", "601", "602"})
#: Time-out, system errors, temporarily unavailable, transient error, lock wait.
_PASSING = frozenset({"500", "502", "604", "608", "611", "614", "713", "719"})
_RATE_SECONDS = re.compile(r"in '?(\d+)'? secs")
_OUTSIDE = {404: "not found", 413: "the body is too large", 414: "the address is too long"}
#: The documented window of calls, where 606 does not name it.
_WINDOW = 20.0


def judge(answer: Answer) -> Verdict:
    """What an answer of the REST or bulk API means; Refusal and Garbage are raised."""
    if answer.status != 200 and not answer.is_json:
        return _outside(answer)
    told = answer.json()
    if not isinstance(told, dict) or not isinstance(told.get("success"), bool):
        raise Garbage("an answer without 'success'")
    if told["success"]:
        return Good()
    code, message = _first_error(told)
    if code in _TOKEN:
        return Renew(f"{code} {message}; check the client of the API-only user")
    if code == "606":
        found = _RATE_SECONDS.search(message)
        return Again(f"606 {message}", float(found[1]) if found else _WINDOW, everyone=True)
    if code == "607" or (code == "1029" and "quota" in message.lower()):
        unit = "calls" if code == "607" else "bytes"
        return Spent(f"{code} {message}", day_ends(answer.date or datetime.now(UTC)), unit)
    if code == "615":
        return Again(f"615 {message}")
    if code in _PASSING:
        return Again(f"{code} {message}", maybe_done=True)
    raise Refusal(code, message)


@dataclass(frozen=True)
class Clients:
    """Of the API, and of the token endpoint, whose calls are not counted."""

    api: ApiClient
    identity: ApiClient
    authorise: Bearer


def open_client(
    connection: MarketoConnection,
    budget: Budget,
    label: str,
    patience: Patience = Patience(),
) -> Clients:
    """The clients of an instance; nothing is asked yet."""
    root = connection.url.removesuffix("/rest")
    identity = ApiClient(f"{root}/identity", label=label, budget=None, judge=_judge_token, patience=patience)

    def fetch() -> Grant:
        """A token and how long it still lives: until it expires, each request gets the same one."""
        secrets = (connection.client_id.get_secret_value(), connection.client_secret.get_secret_value())
        asked = {"grant_type": "client_credentials", "client_id": secrets[0], "client_secret": secrets[1]}
        told = identity.get("/oauth/token", asked).json()
        return Grant(SecretStr(str(told["access_token"])), max(0.0, float(told.get("expires_in", 0))))

    bearer = Bearer(fetch, leeway=5.0)
    api = ApiClient(root, label=label, budget=budget, judge=judge, authorise=bearer, patience=patience)
    return Clients(api, identity, bearer)


def _judge_token(answer: Answer) -> Verdict:
    if answer.status in (400, 401, 403):
        return Refused("the client id or secret is not accepted; correct client_id and client_secret in sources.yml")
    if answer.status != 200:
        return Refused(f"no token is given here (HTTP {answer.status}); correct the url in sources.yml")
    told = answer.json()
    if not isinstance(told, dict) or not told.get("access_token"):
        raise Garbage("an answer without a token")
    return Good()


def _first_error(told: dict[str, Any]) -> tuple[str, str]:
    errors = told.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    if not first.get("code"):
        raise Garbage("a failure without a code")
    return str(first["code"]), str(first.get("message") or "").rstrip(".")


def _outside(answer: Answer) -> Verdict:
    """Answers that are not in Marketo's envelope: too long an address or body, and files that are not there."""
    if answer.status == 429:
        return Again("HTTP 429", answer.retry_after, everyone=True)
    raise Refusal(str(answer.status), _OUTSIDE.get(answer.status, "an answer that is none of Marketo's"))
