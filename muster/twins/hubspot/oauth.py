"""Tokens: a private app's, which stays, and those that OAuth gives for half an hour."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from uuid import NAMESPACE_DNS, uuid5

from starlette.responses import Response

from muster.twins.calls import Call, answer
from muster.twins.clock import Clock
from muster.twins.hubspot.errors import Refusal, expired, not_found, unauthorised

#: Seconds that an access token lives.
LIFE = 1800
_OBJECTS = ("contacts", "companies", "deals", "tickets", "custom")
_AREAS = (*(f"objects.{name}" for name in _OBJECTS), *(f"schemas.{name}" for name in _OBJECTS), "lists")
SCOPES = (
    *(f"crm.{area}.{access}" for area in _AREAS for access in ("read", "write")),
    "crm.objects.owners.read",
    "oauth",
)


@dataclass(frozen=True)
class Access:
    """What a token opens."""

    scopes: frozenset[str]
    private: bool


class Tokens:
    """The clients of an account: one private app, and one public app that was installed with a refresh token."""

    def __init__(self, clock: Clock, portal: int, client_id: str, client_secret: str) -> None:
        self.client_id = client_id or f"client-{portal}"
        self.client_secret = client_secret or f"secret-{portal}"
        self.token = f"pat-na1-{uuid5(NAMESPACE_DNS, f'token.{portal}.hubspot')}"
        self.refresh_token = f"refresh-{uuid5(NAMESPACE_DNS, f'refresh.{portal}.hubspot')}"
        #: What both apps may; taking some away shows what a missing scope does.
        self.scopes = frozenset(SCOPES)
        self._clock, self._portal, self._lock = clock, portal, Lock()
        self._expiries: dict[str, datetime] = {}

    def access(self, bearer: str | None) -> Access:
        """Raises a refusal (401) where the token is none, or has expired."""
        if bearer == self.token:
            return Access(self.scopes, private=True)
        expiry = self._expiries.get(bearer or "")
        if expiry is None:
            raise unauthorised()
        over = self._clock.now() - expiry
        if over >= timedelta(0):
            raise expired(int(over.total_seconds()))
        return Access(self.scopes, private=False)

    def expire(self) -> None:
        """All access tokens given so far are past their time."""
        with self._lock:
            now = self._clock.now()
            self._expiries = {token: min(expiry, now) for token, expiry in self._expiries.items()}

    def give(self, call: Call) -> Response:
        """POST /oauth/v1/token and its later forms."""
        form = call.form()
        if form.get("client_id") != self.client_id:
            raise Refusal(400, "missing or unknown client id", "", extra={"status": "BAD_CLIENT_ID"})
        if form.get("client_secret") != self.client_secret:
            raise Refusal(400, "missing or invalid client secret", "", extra={"status": "BAD_CLIENT_SECRET"})
        grant = form.get("grant_type")
        if grant == "refresh_token":
            if form.get("refresh_token") != self.refresh_token:
                told = "missing or invalid refresh token"
                raise Refusal(400, told, "", extra={"status": "BAD_REFRESH_TOKEN"})
        elif grant == "authorization_code":
            if not form.get("code") or not form.get("redirect_uri"):
                raise Refusal(400, "missing or unknown auth code", "", extra={"status": "BAD_AUTH_CODE"})
        elif grant != "client_credentials":
            told = f"grant_type '{grant}' is not supported"
            raise Refusal(400, told, "", extra={"status": "BAD_GRANT_TYPE", "error": "unsupported_grant_type"})
        token = secrets.token_urlsafe(48)
        with self._lock:
            self._expiries[token] = self._clock.now() + timedelta(seconds=LIFE)
        return answer(
            {
                "token_type": "bearer",
                "refresh_token": self.refresh_token,
                "access_token": token,
                "expires_in": LIFE,
                "hub_id": self._portal,
                "scopes": sorted(self.scopes),
            }
        )

    def tell_access(self, call: Call) -> Response:
        """GET /oauth/v1/access-tokens/{token}"""
        return answer(self._facts(call.params["token"]))

    def tell_refresh(self, call: Call) -> Response:
        """GET /oauth/v1/refresh-tokens/{token}"""
        if call.params["token"] != self.refresh_token:
            raise not_found()
        facts = {"token": self.refresh_token, "token_type": "refresh", "client_id": self.client_id}
        return answer({**facts, "hub_id": self._portal, "scopes": sorted(self.scopes), "user": "admin@example.com"})

    def introspect(self, call: Call) -> Response:
        """POST /oauth/v3/token/introspect: the same facts, or that it is not active."""
        token = call.form().get("token", "")
        try:
            return answer({"active": True, **self._facts(token)})
        except Refusal:
            return answer({"active": False})

    def revoke(self, call: Call) -> Response:
        """POST /oauth/v3/token/revoke, or DELETE of a refresh token: its access tokens are worth nothing any more."""
        with self._lock:
            token = call.params.get("token") or call.form().get("token", "")
            if token == self.refresh_token:
                self._expiries.clear()
                self.refresh_token = f"refresh-{secrets.token_hex(16)}"
            self._expiries.pop(token, None)
        return Response(status_code=204)

    def _facts(self, token: str) -> Mapping[str, object]:
        expiry = self._expiries.get(token)
        left = int((expiry - self._clock.now()).total_seconds()) if expiry else -1
        if left < 0:
            raise not_found()
        return {
            "token": token,
            "user": "admin@example.com",
            "hub_domain": f"{self._portal}.example.com",
            "scopes": sorted(self.scopes),
            "hub_id": self._portal,
            "app_id": 1,
            "expires_in": left,
            "user_id": 1,
            "token_type": "access",
        }
