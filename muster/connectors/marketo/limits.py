"""What a Marketo instance allows, for its reader and for the destination that writes to it.

Rate, concurrency and the day's quota: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/rest-api;
extracts: "Bulk Extract", limits. All of them are shared by everything that calls the instance.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from muster.config.connections import MarketoConnection
from muster.connectors.http.budget import Budget
from muster.connectors.http.limits import Daily, Limits, Window
from muster.settings import Settings

#: The lane of everything about extracts; the day's megabytes are counted in it.
BULK = "bulk"
#: Whose midnight ends the day.
ZONE = "America/Chicago"
#: Jobs that may be in the queue of extracts, the two that run among them.
QUEUE = 10
RUNNING = 2
_MUNCHKIN = re.compile(r"^(\d{3}-[a-z0-9]{3}-\d{3})\.mktorest\.com$", re.IGNORECASE)


def limits_of(connection: MarketoConnection) -> Limits:
    """The limits of a subscription; a megabyte is taken for a million bytes, the smaller of its meanings."""
    return Limits(
        windows=(Window(100, 20.0),),
        daily=(
            Daily(connection.calls_per_day, ZONE),
            Daily(connection.megabytes_per_day * 1_000_000, ZONE, BULK, "bytes"),
        ),
        concurrent=10,
    )


def budget_of(connection: MarketoConnection, settings: Settings) -> Budget:
    """The one budget of an instance, whoever reads it or writes to it."""
    return Budget.of(
        settings, "marketo", instance_of(connection), limits_of(connection), connection.share, connection.speed
    )


def instance_of(connection: MarketoConnection) -> str:
    """The Munchkin id of the address, or its host and port where it has none."""
    place = urlsplit(connection.url).netloc
    found = _MUNCHKIN.match(place)
    return found[1].upper() if found else place


def day_ends(now: datetime) -> datetime:
    """When calls and megabytes are free again, UTC."""
    return datetime.fromtimestamp(Daily(1, ZONE).ends(now.timestamp()) or 0.0, UTC)
