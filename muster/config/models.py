"""The configuration files as typed models, one per file in `config/`.

Only shapes and single-value rules live here; what needs two files, the schema or the disk is checked in
`muster.config.check`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, StringConstraints, model_validator

from muster.config.audience import Activation as Activation
from muster.config.audience import Audience as Audience
from muster.config.audience import SizeBound as SizeBound
from muster.config.audience_groups import AudienceGroups
from muster.config.base import Model, Name, Owner
from muster.config.connections import AnyConnection
from muster.config.consent import ConsentRules
from muster.config.destinations import Destination
from muster.config.guardrails import Guardrails
from muster.config.identity import IdentityFile
from muster.config.policies import Policy

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
SourceType = Literal["salesforce", "hubspot", "marketo", "events", "table"]
ClassName = Literal[
    "person",
    "account",
    "account_person",
    "opportunity",
    "opportunity_person",
    "campaign",
    "campaign_member",
    "marketing_list",
    "marketing_list_member",
    "activity",
]


class Storage(Model):
    """How files that are not on this machine are reached; which keys count depends on the address of `path`.

    `s3://bucket/prefix`: `access_key_id`, `secret_access_key`, `region`, `endpoint`. `az://container/prefix`:
    `account`, with `access_key` or `sas_token`, and `endpoint`. `gs://bucket/prefix`: `service_account` (JSON) and
    `endpoint`. `sftp://user@host:port/folder`: `password` or `private_key` (PEM), and `host_key`, the server's public
    key as `ssh-keyscan` prints it. What is absent is taken from the environment as the vendor's own tools do.
    """

    endpoint: str | None = None
    region: str | None = None
    access_key_id: SecretStr | None = None
    secret_access_key: SecretStr | None = None
    account: str | None = None
    access_key: SecretStr | None = None
    sas_token: SecretStr | None = None
    service_account: SecretStr | None = None
    password: SecretStr | None = None
    private_key: SecretStr | None = None
    host_key: str | None = None


class SourceObject(Model):
    """One object of a source: which files hold it and how their columns are read.

    `files` are globs relative to the source's path; in a database they are a `table` or a `query`, read on from the
    last value of the `cursor` column, or whole each time without one. `object` is the vendor's object name (`Account`,
    `contacts`). `key` names the columns (as they stand in the file) that make a row's key where the vendor's own id is
    absent; several are joined, and `["*"]` means the whole row, so that equal rows are one. Without either, rows are
    known by their content and equal rows stay apart. `alias` names the columns by which other files refer to this
    object where those are not its key (a company's domain); a reference by an alias counts only where the alias is
    unique. `columns` renames file columns: to the vendor's own field names, or for `table` sources
    to XDM paths; a target may stand more than once, the first filled column wins. `class` is for `table` only.
    """

    object: str
    files: list[str] = Field(default=[])
    table: str | None = None
    query: str | None = None
    cursor: str | None = None
    key: list[str] = []
    alias: list[str] = []
    columns: dict[str, str] = {}
    class_: ClassName | None = Field(default=None, alias="class")

    @model_validator(mode="after")
    def _one_place(self) -> SourceObject:
        if sum((bool(self.files), bool(self.table), bool(self.query))) != 1:
            raise ValueError("name 'files', a 'table' or a 'query', one of them")
        if self.files and self.cursor:
            raise ValueError("'cursor' is for a table or a query")
        return self


class Source(Model):
    """One instance of a vendor: its exports in a folder (`path`), or live by its API (`connection`).

    `instance` is the vendor's own id of the instance (Salesforce org id, Munchkin id) and ends up in every key; it
    defaults to the source's name. `path` is absolute, relative to the data folder, or an address (`s3://`, `az://`,
    `gs://`, `sftp://`) that `storage` says how to reach; files below it that match `ignore` are no part of the source.
    Objects that are not listed are found by their file names.

    `crm` on a Marketo source names the CRM source it is synced with, so that its CRM ids become external keys. `passes`
    are the CRM's objects that come in through it and are therefore not read from the CRM as well: on a live source
    those of the standard sync unless it says otherwise, on exports none.
    """

    name: Name
    type: SourceType
    path: str = ""
    storage: Storage | None = None
    connection: AnyConnection | None = None
    ignore: list[str] = []
    instance: str = ""
    crm: Name | None = None
    passes: list[str] | None = None
    owner: Owner | None = None
    description: str = ""
    objects: list[SourceObject] = []

    @property
    def instance_id(self) -> str:
        return self.instance or self.name

    @model_validator(mode="before")
    @classmethod
    def _tell_the_vendor(cls, data: Any) -> Any:
        """The type of a source says which connection it has."""
        if isinstance(data, dict) and isinstance(data.get("connection"), dict):
            return {**data, "connection": {"vendor": data.get("type"), **data["connection"]}}
        return data

    @model_validator(mode="after")
    def _one_way_in(self) -> Source:
        if bool(self.path) == bool(self.connection):
            raise ValueError("give either 'path' for exports or 'connection' for a live source")
        return self


class SourcesFile(Model):
    """`sources.yml`. `exchange_rates` say what one of another currency is worth in the organisation's `currency`."""

    organization: str
    sandbox: str = "prod"
    currency: Currency = "USD"
    exchange_rates: dict[Currency, Annotated[float, Field(gt=0)]] = {}
    sources: list[Source] = []


class DestinationsFile(Model):
    """`destinations.yml`."""

    destinations: list[Destination] = []


class MartGuards(Model):
    """How much of its rows a mart may lose between two snapshots before publishing stops, as a share."""

    max_shrink: float = Field(default=0.5, gt=0, le=1)


class GovernanceFile(Model):
    """`governance.yml`."""

    marts: MartGuards = MartGuards()
    consent: ConsentRules = ConsentRules()
    policies: list[Policy] = []
    guardrails: Guardrails = Guardrails()


class Configuration(Model):
    """Everything in `config/`, once each file is sound by itself."""

    sources: SourcesFile
    identity: IdentityFile
    destinations: DestinationsFile
    governance: GovernanceFile = GovernanceFile()
    audiences: list[Audience]
    groups: AudienceGroups = AudienceGroups()

    def destination(self, name: str) -> Destination | None:
        return next((item for item in self.destinations.destinations if item.name == name), None)

    def audience(self, name: str) -> Audience | None:
        return next((item for item in self.audiences if item.name == name), None)
