"""The webhook destination: one message a batch, signed, tried again with the same id until it is taken.

A message is told apart by its `webhook-id`: after a kill the same message goes out once more, and a receiver that keeps
the ids it has seen, as Standard Webhooks asks, has each change once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any
from urllib.parse import urlsplit

import requests
from pydantic import SecretStr

from muster.config.destinations import OAuth2, WebhookDestination
from muster.config.webhook_secrets import key_of
from muster.connectors.destination import Acknowledgement, Batch, Delivery, Destination, Refusal
from muster.connectors.http.answer import Answer
from muster.connectors.http.auth import Bearer, Grant
from muster.connectors.http.client import ApiClient
from muster.connectors.http.patience import Patience
from muster.connectors.http.verdict import Again, Good, Refused, Renew, Verdict
from muster.connectors.reaching import reaching
from muster.connectors.webhook.guarding import PrivateAddress
from muster.connectors.webhook.message import body, changes, message_id
from muster.connectors.webhook.signatures import ID
from muster.connectors.webhook.signing import SigningAdapter
from muster.errors import PermanentDelivery, RejectedBatch, TransientDelivery

#: Tries within one run; the next run goes on. The schedule of Standard Webhooks beyond that is the ledger's.
PATIENCE = Patience(seconds=60, attempts=5, strange=3, pause=1, longest=20)
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")


@dataclass(frozen=True)
class WebhookWriter(Destination):
    """One receiver."""

    configured: WebhookDestination
    patience: Patience = PATIENCE

    @property
    def kind(self) -> str:
        return "webhook"

    @property
    def nested(self) -> bool:
        return True

    @property
    def whole(self) -> bool:
        return False

    @property
    def batch_rows(self) -> int | None:
        return self.configured.batch_rows

    @property
    def address(self) -> str:
        return f"webhook:{self.configured.url}"

    def plan(self, delivery: Delivery) -> Mapping[str, Any]:
        return {}

    def send(self, delivery: Delivery, plan: Mapping[str, Any], batch: Batch) -> Acknowledgement:
        places, rows = changes(batch)
        if not places:
            return Acknowledgement()
        try:
            content = body(delivery, rows, self.configured.template)
        except ValueError as error:
            raise PermanentDelivery(f"{delivery.name}: {error}") from None
        headers = {"Content-Type": "application/json", ID: message_id(delivery, batch)}
        with reaching(delivery), _allowed(delivery):
            answer = self._client.post(self._path, idempotent=True, data=content, headers=headers)
        return Acknowledgement(refused=tuple(_refusals(answer, places)))

    @property
    def _path(self) -> str:
        """All of the address that follows the host."""
        parts = urlsplit(self.configured.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    @cached_property
    def _client(self) -> ApiClient:
        item = self.configured
        session = requests.Session()
        session.headers.update({name: value.get_secret_value() for name, value in item.headers.items()})
        if item.certificate:
            session.cert = (item.certificate, item.key) if item.key else item.certificate
        keys = [key_of(secret.get_secret_value()) for secret in item.secrets]
        for scheme in ("https://", "http://"):
            session.mount(scheme, SigningAdapter(keys, item.private))
        return ApiClient(
            item.url.removesuffix(self._path).rstrip("/"),
            label=item.name,
            budget=None,
            judge=judge,
            authorise=self._authorise(),
            verify=item.authority or True,
            patience=self.patience,
            session=session,
            timeout=(item.timeout.total_seconds(), item.timeout.total_seconds()),
        )

    def _authorise(self) -> Any:
        item = self.configured
        if item.bearer:
            told = {"Authorization": f"Bearer {item.bearer.get_secret_value()}"}
            return lambda: told
        if item.oauth2:
            return Bearer(partial(self._fetch, item.oauth2))
        return dict

    def _fetch(self, item: OAuth2) -> Grant:
        """A token by client credentials (RFC 6749 §4.4)."""
        form = {"grant_type": "client_credentials", **({"scope": item.scope} if item.scope else {})}
        form |= {"client_id": item.client_id, "client_secret": item.client_secret.get_secret_value()}
        identity = ApiClient(
            item.token_url, label=f"{self.configured.name}, token", budget=None, judge=judge, patience=self.patience
        )
        told = identity.post("", idempotent=True, data=form).json()
        seconds = told.get("expires_in")
        return Grant(SecretStr(str(told["access_token"])), float(seconds) if seconds else None)


@contextmanager
def _allowed(delivery: Delivery) -> Iterator[None]:
    try:
        yield
    except PrivateAddress as error:
        raise TransientDelivery(f"{delivery.name}: {error}") from None


def judge(answer: Answer) -> Verdict:
    """What a receiver's answer means, after Standard Webhooks; RejectedBatch is raised."""
    if 200 <= answer.status < 300:
        return Good()
    if answer.status in (408, 425, 429):
        return Again(f"HTTP {answer.status}", answer.retry_after)
    if answer.status in (401, 403):
        return Renew(f"the receiver does not let us in (HTTP {answer.status}); correct its credentials")
    if answer.status == 410:
        return Refused("the receiver is gone for good (HTTP 410); take the destination out of its audiences")
    if 300 <= answer.status < 400:
        return Refused(f"HTTP {answer.status}; redirects are not followed, correct the url")
    if answer.status == 404:
        return Refused("nothing is there (HTTP 404); correct the url")
    raise RejectedBatch(f"HTTP {answer.status}")


def _refusals(answer: Answer, places: list[int]) -> list[Refusal]:
    """Rows that a receiver would not take: `{"errors": [{"index": 3, "code": "…"}]}` (our own extension)."""
    try:
        told = json.loads(answer.body) if answer.is_json else {}
    except ValueError:
        return []
    errors = told.get("errors") if isinstance(told, dict) else None
    found = []
    for error in errors if isinstance(errors, list) else []:
        index, code = (error.get("index"), error.get("code")) if isinstance(error, dict) else (None, None)
        if isinstance(index, int) and 0 <= index < len(places):
            known = isinstance(code, str) and _CODE.fullmatch(code)
            found.append(Refusal(places[index], str(code) if known else "refused by the receiver"))
    return found
