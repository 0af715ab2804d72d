"""Reading and writing the ledger. Each method is one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, insert, select, update

from muster.activation.tables import UNFINISHED, activation, delivery, delivery_batch, refused_row
from muster.connectors.destination import Acknowledgement, Batch, Delivery
from muster.state import StateStore

#: A failed delivery is tried again after a minute, then after two, four, … up to this long.
LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True)
class ActivationState:
    """The row of one activation; see the table for what the columns mean."""

    destination: str
    audience: str
    wanted_version: int
    wanted_digest: str
    wanted_inputs: str
    wanted_membership: int
    wanted_snapshot: str
    wanted_rows: int
    wanted_at: datetime
    held_reason: str | None
    held_at: datetime | None
    acknowledged_version: int
    acknowledged_at: datetime | None
    believed: int | None
    address: str | None
    attempts: int
    failures: int
    retry_at: datetime | None
    error: str | None

    @property
    def name(self) -> str:
        return f"{self.destination}/{self.audience}"


@dataclass(frozen=True)
class Planned:
    """A delivery and all that a later process needs to carry it on."""

    delivery: Delivery
    wanted_version: int
    address: str
    plan: Mapping[str, Any]
    whole: bool
    batch_rows: int | None
    status: str


@dataclass(frozen=True)
class Ledger:
    """Reads and writes the tables of `muster.activation.tables`."""

    store: StateStore

    def activation(self, destination: str, audience: str) -> ActivationState | None:
        query = select(activation).where(_one(activation, destination, audience))
        with self.store.begin() as connection:
            row = connection.execute(query).mappings().first()
        return ActivationState(**row) if row else None

    def activations(self) -> list[ActivationState]:
        """All activations there ever were, by name."""
        query = select(activation).order_by(activation.c.destination, activation.c.audience)
        with self.store.begin() as connection:
            return [ActivationState(**row) for row in connection.execute(query).mappings()]

    def want(
        self, destination: str, audience: str, *, version: int, digest: str, inputs: str, membership: int,
        snapshot: str, rows: int, held: str | None, now: datetime,
    ) -> None:  # fmt: skip
        """Set what is wanted. The row file of `version` is in place."""
        told = {
            "wanted_version": version, "wanted_digest": digest, "wanted_inputs": inputs, "wanted_rows": rows,
            "wanted_membership": membership, "wanted_snapshot": snapshot, "wanted_at": now,
            "held_reason": held, "held_at": now if held else None,
        }  # fmt: skip
        with self.store.begin() as connection:
            if not _change(connection, destination, audience, told):
                row = {"destination": destination, "audience": audience, **told}
                connection.execute(insert(activation).values(**row))

    def hold(self, destination: str, audience: str, reason: str | None, now: datetime) -> None:
        """Hold an activation back, or with no reason let it go."""
        told = {"held_reason": reason, "held_at": now if reason else None}
        with self.store.begin() as connection:
            _change(connection, destination, audience, told)

    def release(self, audience: str) -> list[str]:
        """Let all held activations of an audience go; returns their destinations."""
        held = (activation.c.audience == audience) & activation.c.held_reason.is_not(None)
        query = select(activation.c.destination).where(held).order_by(activation.c.destination)
        with self.store.begin() as connection:
            names: list[str] = list(connection.execute(query).scalars())
            connection.execute(update(activation).where(held).values(held_reason=None, held_at=None))
        return names

    def resend(self, destination: str, audience: str) -> None:
        """Believe nothing about the destination any more: the next delivery is everyone."""
        told = {"believed": None, "address": None, "acknowledged_version": 0, **_CALM}
        with self.store.begin() as connection:
            _change(connection, destination, audience, told)

    def begin_attempt(self, destination: str, audience: str) -> None:
        with self.store.begin() as connection:
            _change(connection, destination, audience, {"attempts": activation.c.attempts + 1})

    def unfinished(self, destination: str, audience: str) -> Planned | None:
        """The delivery that was planned and neither acknowledged nor given up; there is at most one."""
        mine = _one(delivery, destination, audience) & delivery.c.status.in_(UNFINISHED)
        with self.store.begin() as connection:
            row = connection.execute(select(delivery).where(mine)).mappings().first()
        return _planned(row) if row else None

    def arrived(self, audience: str) -> list[Delivery]:
        """All deliveries of an audience that their destinations acknowledged, oldest first."""
        done = (delivery.c.audience == audience) & (delivery.c.status == "acknowledged")
        query = select(delivery).where(done).order_by(delivery.c.planned_at, delivery.c.destination)
        with self.store.begin() as connection:
            return [_planned(row).delivery for row in connection.execute(query).mappings()]

    def last_number(self, destination: str, audience: str) -> int:
        query = select(delivery.c.number).where(_one(delivery, destination, audience))
        with self.store.begin() as connection:
            return connection.execute(query.order_by(delivery.c.number.desc()).limit(1)).scalar() or 0

    def intend(self, planned: Planned) -> None:
        """Write the intent. The plan's row files are in place; nothing has been sent."""
        item = planned.delivery
        row = {
            "destination": item.destination, "audience": item.audience, "number": item.number, "kind": item.kind,
            "planned_at": item.planned_at, "rows": item.rows, "added": item.added, "updated": item.updated,
            "removed": item.removed, "wanted_version": planned.wanted_version, "status": planned.status,
            "address": planned.address, "plan": json.loads(json.dumps(dict(planned.plan))),
            "whole": planned.whole, "batch_rows": planned.batch_rows,
        }  # fmt: skip
        with self.store.begin() as connection:
            connection.execute(insert(delivery).values(**row))

    def sending(self, item: Delivery) -> None:
        with self.store.begin() as connection:
            connection.execute(update(delivery).where(_this(delivery, item)).values(status="writing"))

    def acknowledged_batches(self, item: Delivery) -> dict[int, Sequence[str]]:
        """By batch number, the files that were put down for it."""
        query = select(delivery_batch.c.batch, delivery_batch.c.files).where(_this(delivery_batch, item))
        with self.store.begin() as connection:
            return {row.batch: row.files for row in connection.execute(query).all()}

    def acknowledge_batch(
        self, item: Delivery, batch: Batch, told: Acknowledgement, ids: Mapping[int, str], now: datetime
    ) -> None:
        """Note a batch's fate. `ids` gives the id of each refused row."""
        mine = {"destination": item.destination, "audience": item.audience, "number": item.number}
        refused = [
            {**mine, "row": refusal.row, "id": ids[refusal.row], "reason": refusal.reason[:400]}
            for refusal in told.refused
        ]
        row = {"batch": batch.number, "rows": batch.rows, "refused": len(refused), "files": list(told.files)}
        with self.store.begin() as connection:
            connection.execute(insert(delivery_batch).values(**mine, **row, acknowledged_at=now))
            if refused:
                connection.execute(insert(refused_row), refused)

    def refused_rows(self, item: Delivery) -> list[int]:
        query = select(refused_row.c.row).where(_this(refused_row, item)).order_by(refused_row.c.row)
        with self.store.begin() as connection:
            return list(connection.execute(query).scalars())

    def acknowledge(self, planned: Planned, now: datetime) -> None:
        """The delivery is done; its believed file, in place already, is in force from this transaction on."""
        item = planned.delivery
        told = {
            "acknowledged_version": planned.wanted_version, "acknowledged_at": now, "believed": item.number,
            "address": planned.address, **_CALM,
        }  # fmt: skip
        with self.store.begin() as connection:
            done = {"status": "acknowledged", "acknowledged_at": now, "error": None}
            connection.execute(update(delivery).where(_this(delivery, item)).values(**done))
            _change(connection, item.destination, item.audience, told)

    def acknowledge_unchanged(self, destination: str, audience: str, version: int, now: datetime) -> None:
        """What is wanted is what the destination holds already."""
        told = {"acknowledged_version": version, "acknowledged_at": now, **_CALM}
        with self.store.begin() as connection:
            _change(connection, destination, audience, told)

    def failed(self, destination: str, audience: str, error: str, now: datetime, *, give_up: bool) -> None:
        """Note a failure and when to try again. `give_up` drops the unfinished plan; the next try makes another."""
        open_plan = _one(delivery, destination, audience) & delivery.c.status.in_(UNFINISHED)
        failures = select(activation.c.failures).where(_one(activation, destination, audience))
        with self.store.begin() as connection:
            before = connection.execute(failures).scalar() or 0
            wait = min(timedelta(minutes=1) * 2 ** min(before, 10), LONGEST_WAIT)
            told = {"failures": before + 1, "retry_at": now + wait, "error": error}
            _change(connection, destination, audience, told)
            status = {"status": "failed"} if give_up else {}
            connection.execute(update(delivery).where(open_plan).values(error=error, **status))


_CALM: Mapping[str, Any] = {"failures": 0, "retry_at": None, "error": None}


def _one(table: Table, destination: str, audience: str) -> Any:
    return (table.c.destination == destination) & (table.c.audience == audience)


def _this(table: Table, item: Delivery) -> Any:
    return _one(table, item.destination, item.audience) & (table.c.number == item.number)


def _change(connection: Connection, destination: str, audience: str, told: Mapping[str, Any]) -> int:
    return connection.execute(update(activation).where(_one(activation, destination, audience)).values(**told)).rowcount


def _planned(row: RowMapping) -> Planned:
    names: Iterable[str] = Delivery.__dataclass_fields__
    return Planned(
        delivery=Delivery(**{name: row[name] for name in names}),
        wanted_version=row["wanted_version"],
        address=row["address"],
        plan=row["plan"],
        whole=row["whole"],
        batch_rows=row["batch_rows"],
        status=row["status"],
    )
