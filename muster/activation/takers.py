"""Which configured destinations could take an audience of a kind and size, and what that would mean."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

from muster.activation.registry import open_destination
from muster.config.identity import IdentityFile
from muster.config.load import Reading
from muster.config.models import Configuration
from muster.settings import Settings


@dataclass(frozen=True)
class Taker:
    """A destination: whether it takes such an audience, whether this one goes there already, and a line on it."""

    destination: str
    kind: str
    takes: bool
    is_activated: bool
    note: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def takers(settings: Settings, reading: Reading, of: str, size: int, audience: str | None = None) -> list[Taker]:
    """Every destination that is soundly configured, those that could take `size` people or accounts first.

    A destination says what it takes by an attribute `takes`; one that says nothing takes both.
    """
    if reading.destinations is None or reading.sources is None:
        return []
    configuration = Configuration(  # what a destination needs; other files may be broken
        sources=reading.sources.model,
        identity=IdentityFile(),
        destinations=reading.destinations.model,
        audiences=[entry.model for entry in reading.audiences],
    )
    told = configuration.audience(audience) if audience else None
    active = {item.destination for item in told.activate} if told else set()
    found = []
    for item in configuration.destinations.destinations:
        destination = open_destination(settings, configuration, item.name)
        kinds = getattr(destination, "takes", ("people", "accounts"))
        notes = ["takes " + " and ".join(kinds)]
        if of in kinds:
            notes = ["everyone each time" if destination.whole else "the difference each time"]
            if destination.batch_rows:
                notes.append(f"{ceil(size / destination.batch_rows):,} calls for all")
            if item.name in active:
                notes.append("this audience goes there")
        found.append(Taker(item.name, destination.kind, of in kinds, item.name in active, ", ".join(notes)))
    return sorted(found, key=lambda item: (not item.takes, item.destination))
