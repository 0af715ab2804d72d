"""What was wrong because two were taken for one: audiences that the profile was in, and deliveries that carried it.

Told from what is kept: every version of every audience, and the ledger. Nothing is mended here. Once the profile has
come apart, the next evaluation and activation do that by themselves, for both parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from muster import sql
from muster.activation import Ledger
from muster.activation.folders import Folders
from muster.audiences import MembershipStore
from muster.connectors.destination import ID, Delivery
from muster.settings import Settings
from muster.state import StateStore


@dataclass(frozen=True)
class Membership:
    """A time in which the profile was in an audience; `until` is None while it still is."""

    audience: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Delivered:
    """A delivery made while the profile was in the audience.

    `certain` where it carried the profile's row, or was the first to bring it; a later one that sends changes only may
    have left it as it was. `held` says whether the destination has the row now.
    """

    destination: str
    audience: str
    number: int
    at: datetime
    certain: bool
    held: bool


def wrong_memberships(store: MembershipStore, entity: str, ordinal: int, since: datetime | None) -> list[Membership]:
    """The audiences of `person` or `account` that the ordinal was in from `since` on, by name and time."""
    return [item for audience in store.audiences(entity) for item in _periods(store, audience, entity, ordinal, since)]


def _periods(
    store: MembershipStore, audience: str, entity: str, ordinal: int, since: datetime | None
) -> Iterator[Membership]:
    entered: datetime | None = None
    for version in reversed(list(store.history(audience))):
        inside = version.entity == entity and ordinal in version.members
        if inside and entered is None:
            entered = version.evaluated_at
        elif not inside and entered is not None:
            yield from _clipped(audience, entered, version.evaluated_at, since)
            entered = None
    if entered is not None:
        yield from _clipped(audience, entered, None, since)


def _clipped(audience: str, entered: datetime, until: datetime | None, since: datetime | None) -> Iterator[Membership]:
    if until is None or since is None or until > since:
        yield Membership(audience, max(entered, since) if since else entered, until)


def wrong_deliveries(settings: Settings, state: StateStore, id_: str, memberships: list[Membership]) -> list[Delivered]:
    """The deliveries made in these times, by time; each once."""
    ledger, found = Ledger(state), []
    for audience in dict.fromkeys(item.audience for item in memberships):
        periods = [item for item in memberships if item.audience == audience]
        brought: set[tuple[str, Membership]] = set()
        for delivery in ledger.arrived(audience):
            period = next((item for item in periods if _within(delivery.planned_at, item)), None)
            if period is None:
                continue
            certain = delivery.kind == "full" or (delivery.destination, period) not in brought
            brought.add((delivery.destination, period))
            held = holds(settings, ledger, delivery, id_)
            found.append(Delivered(delivery.destination, audience, delivery.number, delivery.planned_at, certain, held))
    return sorted(found, key=lambda item: (item.at, item.destination, item.audience))


def _within(at: datetime, period: Membership) -> bool:
    return period.since <= at and (period.until is None or at < period.until)


def holds(settings: Settings, ledger: Ledger, delivery: Delivery, id_: str) -> bool:
    """Whether a destination is believed to have a row of this id, of the delivery's audience."""
    state = ledger.activation(delivery.destination, delivery.audience)
    if state is None or state.believed is None:
        return False
    path = Folders(settings, delivery.destination, delivery.audience).believed(state.believed)
    if not path.exists():
        return False
    with sql.connect() as connection:
        return bool(connection.execute(f"select 1 from {sql.scan(path)} where {ID} = ? limit 1", [id_]).fetchall())
