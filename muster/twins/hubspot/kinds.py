"""Object types, by all the names that HubSpot takes for them: `contacts`, `contact`, `CONTACT`, `0-1`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from muster.twins.hubspot.errors import invalid


@dataclass(frozen=True)
class Kind:
    """`name` is the plural, which names the table and the path; `defaults` come when no properties are asked for."""

    name: str
    singular: str
    type_id: str
    modified: str = "hs_lastmodifieddate"
    defaults: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()  # by the `query` of a search

    @property
    def always(self) -> tuple[str, ...]:
        """Properties that every answer has."""
        return ("createdate", self.modified, "hs_object_id")

    @property
    def readable(self) -> tuple[str, ...]:
        """Properties of an answer for which none were asked."""
        return self.defaults or self.always

    def scope(self, access: str) -> str:
        name = "custom" if self.type_id.startswith("2-") else CONTACT.name if self in ACTIVITIES else self.name
        return f"crm.objects.{name}.{access}"


CONTACT = Kind(
    "contacts",
    "contact",
    "0-1",
    "lastmodifieddate",
    ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
    ("firstname", "lastname", "email", "phone", "hs_additional_emails", "company"),
)
COMPANY = Kind(
    "companies",
    "company",
    "0-2",
    defaults=("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
    searched=("website", "phone", "name", "domain"),
)
DEAL = Kind(
    "deals",
    "deal",
    "0-3",
    defaults=(
        *("amount", "closedate", "createdate", "dealname", "dealstage"),
        *("hs_lastmodifieddate", "hs_object_id", "pipeline"),
    ),
    searched=("dealname", "pipeline", "dealstage", "description", "dealtype"),
)
TICKET = Kind(
    "tickets",
    "ticket",
    "0-5",
    defaults=("createdate", "hs_lastmodifieddate", "hs_object_id", "hs_pipeline", "hs_pipeline_stage", "subject"),
    searched=("subject", "content"),
)
#: Open to whoever may read contacts.
ACTIVITIES = tuple(
    Kind(f"{name}s", name, type_id, searched=searched)
    for name, type_id, searched in (
        ("call", "0-48", ("hs_call_title", "hs_call_body")),
        ("email", "0-49", ("hs_email_subject",)),
        ("meeting", "0-47", ("hs_meeting_title", "hs_meeting_body")),
        ("note", "0-46", ("hs_note_body",)),
        ("task", "0-27", ("hs_task_subject", "hs_task_body")),
    )
)
STANDARD = (CONTACT, COMPANY, DEAL, TICKET, *ACTIVITIES)
#: The first of the numbers that an account's custom objects get.
_CUSTOM = 1_000_001


class Kinds:
    """The object types of an account: the standard ones, and its own."""

    def __init__(self) -> None:
        self._all: dict[str, Kind] = {}
        for kind in STANDARD:
            self._all[kind.name] = kind

    def __iter__(self) -> Iterator[Kind]:
        return iter(list(self._all.values()))

    def find(self, name: str) -> Kind | None:
        wanted = name.lower()
        return next((k for k in self._all.values() if wanted in (k.name, k.singular, k.type_id)), None)

    def __getitem__(self, name: str) -> Kind:
        """Raises a refusal where there is no such type."""
        kind = self.find(name)
        if kind is None:
            raise invalid(f"Unable to infer object type from: {name}")
        return kind

    def add(self, name: str) -> Kind:
        """A custom object of this name, which is there from now on."""
        kind = Kind(name, name.removesuffix("s"), f"2-{_CUSTOM + len(self._all) - len(STANDARD)}")
        self._all[name] = kind
        return kind
