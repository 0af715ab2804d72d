"""How a source is reached live: address, credentials, and how much of the vendor's limits it may use.

Secrets stand in `sources.yml` as `${NAME}` and come from the environment; they are kept as `SecretStr`, so that no
message, log or page shows them.
"""

from __future__ import annotations

from datetime import date, timedelta
from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from muster.config.base import Model
from muster.config.durations import Duration


def _address(value: str) -> str:
    """An https address without a slash at its end; plain http only to this machine, for secrets travel along."""
    parts = urlsplit(value)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("an address begins with https:// and a host")
    if parts.scheme == "http" and not is_here(parts.hostname):
        raise ValueError("credentials are sent over https only; http is for this machine")
    return value.rstrip("/")


def is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


Address = Annotated[str, AfterValidator(_address)]


class Connection(Model):
    """What all live sources have in common.

    `share` is the part of each of the vendor's limits that may be used here, readers and destinations of one instance
    together. `since` is where history begins; without it, all that the vendor keeps. `every` makes a sensor read this
    source so often; without it, it is read by the daily job. `overlap` is read again each time, for records that the
    vendor shows late. `include` adds objects to those that are read by default, `exclude` leaves some out. `poll` is
    how long to wait before asking again whether an extract is ready. `speed` is for a twin whose clock runs faster than
    ours: limits a second or a day and waits shrink alike.
    """

    share: float = Field(default=0.5, gt=0, le=1)
    since: date | None = None
    every: Duration | None = None
    overlap: Duration = timedelta(minutes=10)
    poll: Duration = timedelta(seconds=60)
    speed: float = Field(default=1.0, gt=0)
    include: list[str] = []
    exclude: list[str] = []

    @property
    def pause(self) -> timedelta:
        """`poll` in our own time."""
        return self.poll / self.speed


class MarketoConnection(Connection):
    """A Marketo instance: `url` as Admin → Web Services shows it (a trailing `/rest` does no harm), and the client of
    an API-only user. `calls_per_day` and `megabytes_per_day` are the subscription's own."""

    vendor: Literal["marketo"] = "marketo"
    url: Address
    client_id: SecretStr
    client_secret: SecretStr
    calls_per_day: int = Field(default=50_000, gt=0)
    megabytes_per_day: int = Field(default=500, gt=0)


class SalesforceConnection(Connection):
    """A Salesforce org by its My Domain address.

    Credentials of one flow: `client_id` and `client_secret` (client credentials); `client_id`, `username` and
    `private_key`, PEM (JWT bearer, with `login_url` as audience); `client_id`, `client_secret`, `username` and
    `password` (with the security token behind it); or a `refresh_token` with the client.
    From `bulk_from` rows on history is read by Bulk API 2.0, below that by SOQL over REST.
    """

    vendor: Literal["salesforce"] = "salesforce"
    url: Address
    login_url: Address = "https://login.salesforce.com"
    api_version: str = Field(default="66.0", pattern=r"^\d+\.0$")
    client_id: SecretStr
    client_secret: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None
    private_key: SecretStr | None = None
    refresh_token: SecretStr | None = None
    bulk_from: int = Field(default=10_000, ge=0)
    certificate_authority: str | None = None

    @model_validator(mode="after")
    def _one_flow(self) -> SalesforceConnection:
        if self.private_key and not self.username:
            raise ValueError("'private_key' needs the 'username' it signs for")
        if self.password and not (self.username and self.client_secret):
            raise ValueError("'password' needs 'username' and 'client_secret'")
        if not (self.client_secret or self.private_key):
            raise ValueError("give 'client_secret', or 'private_key' and 'username'")
        return self


class HubSpotConnection(Connection):
    """A HubSpot account: a service key or private app `token`, or an OAuth client with its refresh token.

    `api_version` is a date (`2026-09`) or `v3`; `calls_per_ten_seconds` and `calls_per_day` are those of the account's
    tier.
    """

    vendor: Literal["hubspot"] = "hubspot"
    url: Address = "https://api.hubapi.com"
    api_version: str = Field(default="2026-09", pattern=r"^(v3|\d{4}-\d{2})$")
    token: SecretStr | None = None
    client_id: SecretStr | None = None
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None
    calls_per_ten_seconds: int = Field(default=100, gt=0)
    calls_per_day: int = Field(default=250_000, gt=0)

    @model_validator(mode="after")
    def _some_credentials(self) -> HubSpotConnection:
        if not self.token and not (self.client_id and self.client_secret and self.refresh_token):
            raise ValueError("give 'token', or 'client_id', 'client_secret' and 'refresh_token'")
        return self


class PostgresConnection(Connection):
    """A PostgreSQL database, `postgresql://user:password@host/database`; its objects name a `table` or a `query`."""

    vendor: Literal["table"] = "table"
    url: SecretStr


AnyConnection = Annotated[
    MarketoConnection | SalesforceConnection | HubSpotConnection | PostgresConnection, Field(discriminator="vendor")
]
