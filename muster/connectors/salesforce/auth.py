"""Access tokens of an org, by the flow that its credentials are for.

All flows ask the My Domain host; `login_url` is only whom a signed assertion is addressed to (OAuth 2.0 JWT Bearer
Flow). A token's life is a setting of the org that it does not tell: it is good until a call is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from pydantic import SecretStr

from muster.config.connections import SalesforceConnection
from muster.connectors.http.answer import Answer
from muster.connectors.http.auth import Bearer, Grant
from muster.connectors.http.client import ApiClient
from muster.connectors.http.errors import one_line
from muster.connectors.http.patience import Patience
from muster.connectors.http.verdict import Again, Good, Verdict
from muster.errors import SourceError

PATH = "/services/oauth2/token"
#: An assertion may be good for three minutes at most.
_ASSERTED = timedelta(seconds=170)
#: Clocks further apart than this are told as the reason of a refusal, and the assertion is made by the org's.
_APART = timedelta(seconds=60)
_MENDS = {
    "invalid_client_id": "check 'client_id', the consumer key of the app",
    "invalid_client": "check 'client_id' and 'client_secret', and that the app allows this flow",
    "unsupported_grant_type": "the app or the org does not allow this flow; switch it on, or give other credentials",
    "inactive_user": "the user is inactive; give another one or activate it",
    "inactive_org": "the org is locked or closed",
}


class Login:
    """Fetches tokens for one connection and knows the address that the org told with them."""

    def __init__(self, connection: SalesforceConnection, label: str, patience: Patience = Patience()) -> None:
        self._connection, self._label = connection, label
        self._client = ApiClient(
            connection.url,
            label=label,
            budget=None,
            judge=_judge,
            verify=connection.certificate_authority or True,
            patience=patience,
        )
        self._instance = connection.url
        self.bearer = Bearer(self._fetch)

    @property
    def instance(self) -> str:
        """Where the org's API is, known for sure once there is a token."""
        return self._instance

    def _fetch(self) -> Grant:
        answer = self._ask()
        apart = abs(self._client.server_now - datetime.now(UTC))
        if answer.status != 200 and self._connection.private_key and apart > _APART:
            answer = self._ask()  # signed by the org's clock, which its refusal told
        if not answer.is_json:
            raise SourceError(
                f"{self._label} gives no token (HTTP {answer.status}): correct 'url', the My Domain address"
            )
        told = answer.json()
        if answer.status != 200 or "access_token" not in told:
            raise SourceError(_refusal(self._label, told))
        self._instance = str(told.get("instance_url") or self._connection.url).rstrip("/")
        return Grant(SecretStr(told["access_token"]))

    def _ask(self) -> Answer:
        form = token_request(self._connection, self._client.server_now)
        return self._client.post(PATH, data=form, headers={"Accept": "application/json"}, idempotent=True)


def token_request(connection: SalesforceConnection, now: datetime) -> Mapping[str, str]:
    """The form that asks for a token; it holds secrets."""
    client = {"client_id": connection.client_id.get_secret_value()}
    if connection.private_key:
        claims = {
            "iss": client["client_id"],
            "sub": connection.username,
            "aud": connection.login_url,
            "exp": int((now + _ASSERTED).timestamp()),
        }
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": _signed(claims, connection)}
    if connection.client_secret:
        client["client_secret"] = connection.client_secret.get_secret_value()
    if connection.refresh_token:
        return {**client, "grant_type": "refresh_token", "refresh_token": connection.refresh_token.get_secret_value()}
    if connection.password:
        password = connection.password.get_secret_value()
        return {**client, "grant_type": "password", "username": str(connection.username), "password": password}
    return {**client, "grant_type": "client_credentials"}


def _signed(claims: Mapping[str, Any], connection: SalesforceConnection) -> str:
    key = connection.private_key.get_secret_value() if connection.private_key else ""
    try:
        return jwt.encode(dict(claims), key.replace("\\n", "\n"), algorithm="RS256")
    except (jwt.PyJWTError, ValueError, TypeError):
        raise SourceError("'private_key' of a Salesforce connection is no RSA key in PEM; give the whole key") from None


def _judge(answer: Answer) -> Verdict:
    if answer.status == 400 and b"rate_limit_exceeded" in answer.body:
        return Again("too many logins (rate_limit_exceeded)")
    return Good()


def _refusal(label: str, told: Any) -> str:
    """`{"error": "invalid_grant", "error_description": "authentication failure"}`; the description can be absent."""
    error = told.get("error", "") if isinstance(told, Mapping) else ""
    description = told.get("error_description", "") if isinstance(told, Mapping) else ""
    words = one_line(": ".join(filter(None, (str(error), str(description)))) or "no reason given")
    mend = _MENDS.get(str(error), "check the credentials of the connection and the policies of the app and the user")
    return f"{label} gives no token ({words}): {mend}"
