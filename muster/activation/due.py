"""Which activations have something to deliver: the one decider behind the sensor and `muster run`.

Level-triggered: the answer comes from what is wanted and what was acknowledged, so a failed, killed or missed run
is asked for again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from muster.activation.ledger import Ledger
from muster.activation.tables import UNFINISHED, delivery
from muster.config.models import Configuration
from muster.state import StateStore


@dataclass(frozen=True)
class Due:
    """An activation to deliver now.

    `attempt` counts attempts ever begun and never goes back, so (`wanted_version`, `attempt`) is new for each try.
    It rises when a delivery begins: whoever asks for runs must not ask while one for the same activation is active.
    """

    destination: str
    audience: str
    wanted_version: int
    attempt: int
    unfinished: bool

    @property
    def name(self) -> str:
        return f"{self.destination}/{self.audience}"

    @property
    def run_key(self) -> str:
        return f"{self.name}:{self.wanted_version}:{self.attempt}"


def due(store: StateStore, configuration: Configuration | None = None, now: datetime | None = None) -> list[Due]:
    """Activations whose destination lags behind what is wanted, or that stopped half way; by name.

    Held ones are left out. With a configuration, so are those that are not in it any more; with an instant, those
    that failed and whose next try is later.
    """
    begun = _unfinished(store)
    return [
        Due(item.destination, item.audience, item.wanted_version, item.attempts, item.name in begun)
        for item in Ledger(store).activations()
        if (item.wanted_version > item.acknowledged_version or item.name in begun)
        and not item.held_reason
        and (configuration is None or _configured(configuration, item.destination, item.audience))
        and (now is None or item.retry_at is None or item.retry_at <= now)
    ]


def _unfinished(store: StateStore) -> set[str]:
    query = select(delivery.c.destination, delivery.c.audience).where(delivery.c.status.in_(UNFINISHED))
    with store.begin() as connection:
        return {f"{row.destination}/{row.audience}" for row in connection.execute(query)}


def _configured(configuration: Configuration, destination: str, audience: str) -> bool:
    found = configuration.audience(audience)
    return found is not None and any(item.destination == destination for item in found.deliveries)
