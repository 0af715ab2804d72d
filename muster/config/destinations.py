"""`destinations.yml`: where audiences go, an entry a destination."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from muster.config.base import Model, Name, Owner
from muster.config.connections import Address
from muster.config.durations import Duration
from muster.config.policies import MarketingAction
from muster.config.webhook_secrets import key_of


class AnyDestination(Model):
    """What all destinations have: a name, an owner, and what is done there with what they get (`marketing_actions`),
    which the policies of `governance.yml` are held against."""

    name: Name
    owner: Owner | None = None
    description: str = ""
    marketing_actions: list[MarketingAction] = []


class FilesDestination(AnyDestination):
    """Files in a folder: `path` absolute or relative to the data folder.

    `mode: full` writes the whole audience whenever it changed; `incremental` writes everyone once, then only the
    difference, with `_op` saying `ADD`, `UPDATE` or `REMOVE`. `name_template` takes the macros `{destination}`,
    `{audience}`, `{organization}`, `{sandbox}`, `{mode}`, `{delivery}`, `{datetime}` and
    `{datetime:<strftime pattern>}`.
    """

    type: Literal["files"]
    path: str
    format: Literal["csv", "jsonl", "parquet"] = "csv"
    mode: Literal["full", "incremental"] = "full"
    name_template: str = "{audience}__{mode}__{datetime}"
    compression: Literal["none", "gzip"] = "none"


class OAuth2(Model):
    """A token by client credentials."""

    token_url: Address
    client_id: str
    client_secret: SecretStr
    scope: str = ""


class WebhookDestination(AnyDestination):
    """Messages to a receiver of one's own, after Standard Webhooks.

    `secrets` sign each message; two of them while one takes the other's place. `bearer` or `oauth2` let us in,
    `certificate` and `key` (PEM files) prove who we are, `authority` (PEM) who the receiver is. `headers` go along with
    each message. `batch_rows` changes make a message. `template` (Jinja, giving JSON) takes the place of the standard
    body; it has `audience`, `destination`, `delivery`, `timestamp` and `changes`. `private` allows addresses in the own
    network.
    """

    type: Literal["webhook"]
    url: Address
    secrets: list[SecretStr] = []
    headers: dict[str, SecretStr] = {}
    bearer: SecretStr | None = None
    oauth2: OAuth2 | None = None
    certificate: str | None = None
    key: str | None = None
    authority: str | None = None
    batch_rows: int = Field(default=50, ge=1, le=10_000)
    template: str | None = None
    timeout: Duration = timedelta(seconds=20)
    private: bool = False

    @field_validator("secrets")
    @classmethod
    def _sound(cls, value: list[SecretStr]) -> list[SecretStr]:
        for secret in value:
            key_of(secret.get_secret_value())
        return value

    @model_validator(mode="after")
    def _one_way_in(self) -> WebhookDestination:
        if self.bearer and self.oauth2:
            raise ValueError("give 'bearer' or 'oauth2', not both")
        return self


class PostgresDestination(AnyDestination):
    """A table for each audience in a schema of a PostgreSQL database, kept equal to the audience.

    `url` is `postgresql://user:password@host/database`. A table has the audience's name behind `prefix`, with `_` for
    `-`, and the id of the person or account in `muster_id`.
    """

    type: Literal["postgresql"]
    url: SecretStr
    database_schema: str = Field(default="muster", pattern=r"^[a-z_][a-z0-9_]*$", max_length=60)
    prefix: str = Field(default="", pattern=r"^[a-z_][a-z0-9_]*$|^$", max_length=40)


Destination = Annotated[FilesDestination | WebhookDestination | PostgresDestination, Field(discriminator="type")]
