"""Who may call: custom services with their credentials, and the tokens they are given.

Source: the "Authentication" page and recorded traffic. A token lives an hour; asking again gives the same one with
the seconds it has left. Bad credentials are the one answer outside Marketo's envelope: HTTP 401 with an OAuth body.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from starlette.responses import Response

from muster.twins.calls import Call, answer
from muster.twins.clock import Clock
from muster.twins.marketo.errors import ApiError
from muster.twins.marketo.request import User
from muster.twins.marketo.settings import Number

LIFETIME = timedelta(seconds=3600)
_NOT_KEPT = {"cache-control": "no-store", "pragma": "no-cache"}


@dataclass(frozen=True)
class Service:
    """A custom service (LaunchPoint): a client of an API-only user."""

    client_id: str
    client_secret: str
    user: User


@dataclass
class _Token:
    text: str
    service: Service
    expires: datetime


class Identity:
    """Gives tokens and knows them again; one at a time for each service."""

    def __init__(self, services: Iterable[Service], clock: Clock, *, query_token: Number) -> None:
        self.services = {service.client_id: service for service in services}
        self._clock, self._query_token, self._lock = clock, query_token, Lock()
        self._current: dict[str, _Token] = {}
        self._given: dict[str, _Token] = {}

    def grant(self, call: Call) -> Response:
        """Answer `/identity/oauth/token`, GET or POST, with its parameters in the query (or a form)."""
        given = {**call.query, **(call.form() if call.method == "POST" else {})}
        if given.get("grant_type") != "client_credentials":
            return _denied("unsupported_grant_type", f"Unsupported grant type: {given.get('grant_type')}")
        service = self.services.get(given.get("client_id", ""))
        if service is None:
            return _denied("unauthorized", f"No client with requested id: {given.get('client_id')}")
        if not secrets.compare_digest(service.client_secret.encode(), given.get("client_secret", "").encode()):
            return _denied("unauthorized", "Bad client credentials")
        token = self._token_for(service)
        told = {
            "access_token": token.text,
            "token_type": "bearer",
            "expires_in": max(0, int((token.expires - self._clock.now()).total_seconds())),
            "scope": service.user.name,
        }
        return answer(told, headers=_NOT_KEPT)

    def user(self, call: Call) -> User:
        """Who calls, by the header. Raises ApiError 600, 601 or 602.

        A token in the query is refused (601), as the vendor does since 31 August 2026.
        """
        text = call.bearer
        in_query = call.query.get("access_token")
        if text is None and in_query is None:
            raise ApiError(600)
        if text is None and self._query_token:
            text = in_query
        with self._lock:
            token = self._given.get(text or "")
        if token is None:
            raise ApiError(601)
        if token.expires <= self._clock.now():
            raise ApiError(602)
        return token.service.user

    def expire(self) -> None:
        """Let all tokens be past their time."""
        with self._lock:
            for token in self._current.values():
                token.expires = self._clock.now()
            self._current.clear()

    def revoke(self) -> None:
        """Forget all tokens: they are not known any more."""
        with self._lock:
            self._current.clear()
            self._given.clear()

    def _token_for(self, service: Service) -> _Token:
        with self._lock:
            token, now = self._current.get(service.client_id), self._clock.now()
            if token is None or token.expires <= now:
                token = _Token(f"{secrets.token_hex(16)}:twin", service, now + LIFETIME)
                self._current[service.client_id] = self._given[token.text] = token
            return token


def _denied(error: str, description: str) -> Response:
    return answer({"error": error, "error_description": description}, 401, _NOT_KEPT)
