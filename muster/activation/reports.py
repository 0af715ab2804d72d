"""What became of deliveries, summed per activation, for the status page and asset metadata. Counts only, no people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from muster.activation.tables import delivery, delivery_batch
from muster.state import StateStore


@dataclass(frozen=True)
class DeliveryReport:
    """What one call of `deliver` did. `sent` = `acknowledged` + `refused`; the rest counts what was planned."""

    destination: str
    audience: str
    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
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
            self.added + other.added,
            self.updated + other.updated,
            self.removed + other.removed,
            self.files + other.files,
        )


@dataclass(frozen=True)
class ActivationReport:
    """Rows that went out and what the destination said. `deliveries` counts those acknowledged whole."""

    destination: str
    audience: str
    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
    deliveries: int = 0
    last_acknowledged_at: datetime | None = None
    files: tuple[str, ...] = ()


def reports_since(store: StateStore, instant: datetime) -> dict[str, ActivationReport]:
    """By `destination/audience`, all batches acknowledged at or after an instant; without any, no entry."""
    batch = delivery_batch.c
    query = (
        select(delivery_batch, delivery.c.acknowledged_at.label("whole_at"))
        .join(
            delivery,
            (delivery.c.destination == batch.destination)
            & (delivery.c.audience == batch.audience)
            & (delivery.c.number == batch.number),
        )
        .where(batch.acknowledged_at >= instant)
        .order_by(batch.destination, batch.audience, batch.number, batch.batch)
    )
    reports: dict[str, ActivationReport] = {}
    done: dict[str, set[int]] = {}
    with store.begin() as connection:
        for row in connection.execute(query):
            name = f"{row.destination}/{row.audience}"
            before = reports.get(name, ActivationReport(row.destination, row.audience))
            numbers = done.setdefault(name, set())
            if row.whole_at is not None:
                numbers.add(row.number)
            reports[name] = ActivationReport(
                row.destination,
                row.audience,
                sent=before.sent + row.rows,
                acknowledged=before.acknowledged + row.rows - row.refused,
                refused=before.refused + row.refused,
                deliveries=len(numbers),
                last_acknowledged_at=max(filter(None, [before.last_acknowledged_at, row.whole_at]), default=None),
                files=before.files + tuple(row.files),
            )
    return reports
