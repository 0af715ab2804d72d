"""Which object is read from which source, and why: the rules of several systems that know the same records.

Where a Marketo instance is synced with a CRM, what passes through Marketo is not read from the CRM as well: the same
record would come in twice, and the CRM's limits would be spent on it. Objects that do not pass may be read from the
CRM. Several Marketo instances may be read into one organization, and one into several sandboxes of it; one Marketo
instance belongs to one organization (Adobe's blueprint for B2B activation).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from muster.config.connections import PostgresConnection
from muster.config.models import Source, SourcesFile

#: What Marketo's own sync with a CRM brings in, unless `passes` says otherwise: people, companies and their deals.
STANDARD_SYNC: Mapping[str, tuple[str, ...]] = {
    "salesforce": ("Lead", "Contact", "Account", "Opportunity", "OpportunityContactRole"),
    "hubspot": ("contacts", "companies", "deals"),
}
_MUNCHKIN_HOST = re.compile(r"(\d{3}-[a-z0-9]{3}-\d{3})\.mktorest\.com", re.IGNORECASE)


@dataclass(frozen=True)
class Way:
    """One line of the plan: an object of a source, whether it is read there, and why."""

    source: str
    object: str
    read: bool
    why: str


def passes(marketo: Source, sources: SourcesFile) -> Sequence[str]:
    """The CRM's objects that come in through a Marketo source, by the CRM's own names."""
    if marketo.type != "marketo" or marketo.crm is None:
        return ()
    if marketo.passes is not None:
        return marketo.passes
    crm = next((each for each in sources.sources if each.name == marketo.crm), None)
    return STANDARD_SYNC.get(crm.type, ()) if crm and marketo.connection else ()


def left_out(source: Source, sources: SourcesFile) -> dict[str, str]:
    """The objects of a CRM that are not read from it, object → the Marketo source they come in through."""
    through: dict[str, str] = {}
    for each in sources.sources:
        if each.crm == source.name:
            for name in passes(each, sources):
                through.setdefault(name, each.name)
    return through


def reads(source: Source, sources: SourcesFile, objects: Sequence[str]) -> list[str]:
    """Of the objects that a source offers, those that are read from it."""
    elsewhere = {name.casefold() for name in left_out(source, sources)}
    return [name for name in objects if name.casefold() not in elsewhere]


def ways(source: Source, sources: SourcesFile, objects: Sequence[str]) -> Iterator[Way]:
    """The plan for one source: each of its objects, read here or coming in through another source."""
    through = {name.casefold(): marketo for name, marketo in left_out(source, sources).items()}
    synced = [each.name for each in sources.sources if each.crm == source.name]
    for name in objects:
        marketo = through.get(name.casefold())
        if marketo:
            yield Way(source.name, name, False, f"comes in through {marketo}, which is synced with {source.name}")
        elif synced:
            yield Way(source.name, name, True, f"does not pass through {' or '.join(synced)}")
        else:
            yield Way(source.name, name, True, "the only source of it" if source.type != "marketo" else "its own")


def instance_of(source: Source) -> str:
    """What tells one instance of a vendor from another, in lower case: the vendor's own id of it, else its address."""
    if source.instance:
        return source.instance.lower()
    if source.connection is None:
        return ""
    if isinstance(source.connection, PostgresConnection):
        return ""  # any number of sources may read one database
    address = source.connection.url
    munchkin = _MUNCHKIN_HOST.search(address)
    return (munchkin[1] if munchkin else urlsplit(address).netloc).lower()
