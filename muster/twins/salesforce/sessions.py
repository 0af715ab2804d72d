"""Who may come in: the token endpoint with its four flows, and the sessions it opens.

Answers and errors as in the vendor's OAuth pages: an object with `error` and `error_description`, not the array of
the REST API. A token says nothing of its end; a session simply stops, `lifetime` after it was opened (our decision:
use does not prolong it, so that a client meets the end of one).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import jwt
from starlette.responses import Response

from muster.twins.calls import Call, answer
from muster.twins.clock import Clock
from muster.twins.salesforce.limits import Setting

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LATEST = timedelta(minutes=3)
#: Clocks may differ by so much, seconds.
_LEEWAY = 30.0
_SHARED_HOSTS = ("login.salesforce.com", "test.salesforce.com")


@dataclass(frozen=True)
class Credentials:
    """What the org knows of its connected app and integration user. `public_key` is PEM; what is empty is refused."""

    client_id: str
    client_secret: str = field(repr=False)
    username: str = "integration@twin.example"
    #: With the security token behind it.
    password: str = field(default="twin-passwordTOKEN", repr=False)
    refresh_token: str = field(default="twin-refresh-token", repr=False)
    public_key: str = field(default="", repr=False)


class OAuthError(Exception):
    """HTTP 400 with `error` and `error_description`."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.told = {"error": error, "error_description": description}


class Sessions:
    """Opens, knows and ends sessions. `home` is the org's own host, for those who come by a shared one."""

    home: str

    def __init__(self, clock: Clock, credentials: Credentials, org_id: str, user_id: str, lifetime: Setting) -> None:
        self.credentials, self.home = credentials, f"{org_id[:15].lower()}.my.salesforce.com"
        self._clock, self._org, self._user, self._seconds = clock, org_id, user_id, lifetime
        self._opened: dict[str, datetime] = {}
        self._lock = Lock()

    @property
    def lifetime(self) -> timedelta:
        return timedelta(seconds=self._seconds.limit)

    def knows(self, token: str | None) -> bool:
        with self._lock:
            opened = self._opened.get(token or "")
        return opened is not None and opened <= self._clock.now() < opened + self.lifetime

    def end(self, token: str | None = None) -> None:
        """End one session, or all."""
        with self._lock:
            if token is None:
                self._opened.clear()
            else:
                self._opened.pop(token, None)

    def token(self, call: Call) -> Response:
        """`POST /services/oauth2/token`."""
        form = dict(call.form())
        flows: dict[str, Callable[[Call, dict[str, str]], dict[str, Any]]] = {
            "client_credentials": self._by_client,
            "password": self._by_password,
            "refresh_token": self._by_refresh,
            JWT_BEARER: self._by_assertion,
        }
        try:
            flow = flows.get(form.get("grant_type", ""))
            if flow is None:
                raise OAuthError("unsupported_grant_type", "grant type not supported")
            return answer(self._open(call, flow(call, form)), headers={"Cache-Control": "no-store"})
        except OAuthError as error:
            return answer(error.told, 400)

    # -- flows: each checks who asks, and gives what it adds to the answer ----------------------------------------

    def _by_client(self, call: Call, form: dict[str, str]) -> dict[str, Any]:
        if _host(call) in _SHARED_HOSTS:
            raise OAuthError("invalid_grant", "request not supported on this domain")
        self._check_client(call, form)
        return {"scope": "api", "api_instance_url": self._instance(call)}

    def _by_password(self, call: Call, form: dict[str, str]) -> dict[str, Any]:
        self._check_client(call, form)
        given = form.get("username", "").encode(), form.get("password", "").encode()
        wanted = self.credentials.username.encode(), self.credentials.password.encode()
        if not all(secrets.compare_digest(*pair) for pair in zip(given, wanted, strict=True)):
            raise OAuthError("invalid_grant", "authentication failure")
        return {}

    def _by_refresh(self, call: Call, form: dict[str, str]) -> dict[str, Any]:
        self._check_client(call, form)
        if form.get("refresh_token") != self.credentials.refresh_token:
            raise OAuthError("invalid_grant", "expired access/refresh token")
        return {"scope": "refresh_token api"}

    def _by_assertion(self, call: Call, form: dict[str, str]) -> dict[str, Any]:
        known = self.credentials
        if not known.public_key:
            raise OAuthError("invalid_grant", "user hasn't approved this consumer")
        try:
            claims = jwt.decode(
                form.get("assertion", ""),
                known.public_key,
                algorithms=["RS256"],
                options={"verify_exp": False, "verify_aud": False, "require": ["iss", "sub", "aud", "exp"]},
            )
            expires = float(claims["exp"])
        except (jwt.InvalidTokenError, ValueError, TypeError) as error:
            raise OAuthError("invalid_grant", "invalid assertion") from error
        now = self._clock.now().timestamp()
        if claims["iss"] != known.client_id:
            raise OAuthError("invalid_client_id", "client identifier invalid")
        if claims["sub"] != known.username:
            raise OAuthError("invalid_grant", "user hasn't approved this consumer")
        if urlsplit(str(claims["aud"])).hostname not in {*_SHARED_HOSTS, self.home, _host(call)}:
            raise OAuthError("invalid_grant", "audience is invalid")
        if not now - _LEEWAY <= expires <= now + _LATEST.total_seconds() + _LEEWAY:
            raise OAuthError("invalid_grant", "expired authorization code" if expires < now else "invalid assertion")
        return {"scope": "api"}

    def _check_client(self, call: Call, form: dict[str, str]) -> None:
        """Id and secret from the Basic header or the form."""
        id_, secret = _basic(call) or (form.get("client_id", ""), form.get("client_secret", ""))
        if id_ != self.credentials.client_id:
            raise OAuthError("invalid_client_id", "client identifier invalid")
        if not secrets.compare_digest(secret.encode(), self.credentials.client_secret.encode()):
            raise OAuthError("invalid_client", "invalid client credentials")

    def _open(self, call: Call, more: dict[str, Any]) -> dict[str, Any]:
        token = f"{self._org[:15]}!AR8{secrets.token_urlsafe(60).replace('-', '.')}"
        now = self._clock.now()
        with self._lock:
            self._opened = {each: at for each, at in self._opened.items() if now < at + self.lifetime}
            self._opened[token] = now
        host = _host(call) if _host(call) in _SHARED_HOSTS else "login.salesforce.com"
        id_, issued = f"https://{host}/id/{self._org}/{self._user}", str(int(now.timestamp() * 1000))
        signed = hashlib.sha256(f"{id_}{issued}{self.credentials.client_secret}".encode()).digest()
        return {
            "access_token": token,
            "signature": base64.b64encode(signed).decode(),
            "instance_url": self._instance(call),
            "id": id_,
            "token_type": "Bearer",
            "issued_at": issued,
        } | more

    def _instance(self, call: Call) -> str:
        """The address the caller came by, unless that is one for all orgs."""
        return f"https://{self.home}" if _host(call) in _SHARED_HOSTS else call.origin


def _host(call: Call) -> str:
    return urlsplit(call.origin).hostname or ""


def _basic(call: Call) -> tuple[str, str] | None:
    kind, _, told = call.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        id_, _, secret = base64.b64decode(told, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return id_, secret
