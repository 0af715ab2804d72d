"""A HubSpot account as a live source.

Contacts, companies, deals, their associations, activities, lists and members are read by default; any other object type
(`tickets`, `2-1234567`) can be included.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from muster.config.connections import HubSpotConnection
from muster.config.models import Source
from muster.connectors.http.budget import Budget
from muster.connectors.http.patience import Patience
from muster.connectors.hubspot.activities import Activities
from muster.connectors.hubspot.associations import Associations
from muster.connectors.hubspot.client import Account
from muster.connectors.hubspot.limits import limits
from muster.connectors.hubspot.lists import ListMembers, Lists
from muster.connectors.hubspot.pace import Paces
from muster.connectors.hubspot.records import Reading, Records
from muster.connectors.sync.stream import Reader, Stream
from muster.errors import SourceError
from muster.settings import Settings

STANDARD = ("contacts", "companies", "deals", "associations", "activities", "lists", "list_members")
#: Streams that are no object type of their own.
_OTHER: dict[str, Callable[[Account, Reading], Stream]] = {
    "associations": Associations,
    "activities": Activities,
    "lists": Lists,
    "list_members": ListMembers,
}


def objects_of(source: Source) -> list[str]:
    """The objects that are read of an account, told without any call."""
    connection = _connection(source)
    named = dict.fromkeys((*STANDARD, *connection.include))
    return [each for each in named if each not in connection.exclude]


def open_reader(source: Source, settings: Settings, patience: Patience = Patience()) -> Reader:
    """The reader of an account; nothing is called before a stream is used."""
    connection = _connection(source)
    budget = Budget.of(settings, "hubspot", source.instance_id, limits(connection), connection.share, connection.speed)
    account = Account(connection, f"HubSpot {source.instance_id}", budget, patience)
    begins = datetime.combine(connection.since, time(), UTC) if connection.since else datetime.fromtimestamp(0, UTC)
    reading = Reading(
        overlap=connection.overlap // timedelta(milliseconds=1),
        since=round(begins.timestamp() * 1000),
        rate=connection.calls_per_ten_seconds * connection.share * connection.speed / 10,
        paces=Paces.within(connection.calls_per_day * connection.share),
    )
    streams = [_OTHER[name](account, reading) if name in _OTHER else Records(account, name, reading)
               for name in objects_of(source)]  # fmt: skip
    return Reader(streams, budget.usage, budget.close)


def _connection(source: Source) -> HubSpotConnection:
    if not isinstance(source.connection, HubSpotConnection):
        raise SourceError(f"{source.name} has no HubSpot connection; give its 'token' in sources.yml")
    return source.connection
