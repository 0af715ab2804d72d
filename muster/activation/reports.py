"""What became of deliveries, summed per activation, for the status page and asset metadata. Counts only, no people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from muster.activation.tables import delivery_batch
from muster.state import StateStore


@dataclass(frozen=True)
class DeliveryReport:
    """What one call of `deliver` did: `sent` is `acknowledged`, `refused` and `later`; the rest is what was planned."""

    destination: str
    audience: str
    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
    later: int = 0
    added: int = 0
    updated: int = 0
    removed: int = 0
    files: tuple[str, ...] = ()

    @property
    def nothing_to_do(self) -> bool:
        return self.sent == 0 and not self.files

    def __add__(self, other: DeliveryReport) -> DeliveryReport:
        return DeliveryReport(
            self.destination,
            self.audience,
            self.sent + other.sent,
            self.acknowledged + other.acknowledged,
            self.refused + other.refused,
            self.later + other.later,
            self.added + other.added,
            self.updated + other.updated,
            self.removed + other.removed,
            self.files + other.files,
        )


@dataclass(frozen=True)
class ActivationReport:
    """Rows that went out and what the destination said: `sent` = `acknowledged` + `refused` + `later`."""

    destination: str
    audience: str
    sent: int
    refused: int
    later: int = 0

    @property
    def acknowledged(self) -> int:
        return self.sent - self.refused - self.later


def reports_since(store: StateStore, instant: datetime) -> dict[str, ActivationReport]:
    """By `destination/audience`, all batches acknowledged at or after an instant; without any, no entry."""
    batch = delivery_batch.c
    query = (
        select(
            batch.destination,
            batch.audience,
            func.sum(batch.rows).label("sent"),
            func.sum(batch.refused).label("refused"),
            func.coalesce(func.sum(batch.later), 0).label("later"),
        )
        .where(batch.acknowledged_at >= instant)
        .group_by(batch.destination, batch.audience)
    )
    with store.begin() as connection:
        found = connection.execute(query).all()
    return {
        f"{row.destination}/{row.audience}": ActivationReport(
            row.destination, row.audience, sent=int(row.sent), refused=int(row.refused), later=int(row.later)
        )
        for row in found
    }
