"""Reading and writing the ledger. Each method is one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, func, insert, select, update

from muster.activation.tables import (
    UNFINISHED,
    activation,
    delivery,
    delivery_attempt,
    delivery_batch,
    refused_row,
)
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
    withheld: int
    held_reason: str | None
    held_at: datetime | None
    acknowledged_version: int
    acknowledged_at: datetime | None
    believed: int | None
    address: str | None
    place: Mapping[str, Any] | None
    refused: int | None
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
        snapshot: str, rows: int, withheld: int, held: str | None, now: datetime,
    ) -> None:  # fmt: skip
        """Set what is wanted. The row file of `version` is in place."""
        told = {
            "wanted_version": version, "wanted_digest": digest, "wanted_inputs": inputs, "wanted_rows": rows,
            "wanted_membership": membership, "wanted_snapshot": snapshot, "wanted_at": now,
            "held_reason": held, "held_at": now if held else None, "withheld": withheld,
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

    def resend(self, destination: str, audience: str, *, forget: bool) -> None:
        """The next delivery is everyone; with `forget`, nothing is believed of the destination any more."""
        told = {"refused": None, "acknowledged_version": 0, **_CALM, **({"believed": None} if forget else {})}
        with self.store.begin() as connection:
            _change(connection, destination, audience, told)

    def retry(self, destination: str, audience: str) -> None:
        """Forget what was refused: the next delivery sends it again."""
        told = {"refused": None, "acknowledged_version": activation.c.wanted_version - 1, **_CALM}
        with self.store.begin() as connection:
            _change(connection, destination, audience, told)

    def believe(self, destination: str, audience: str, number: int, address: str | None) -> None:
        """The believed file of that number, in place already, is in force, for what lies at `address`."""
        with self.store.begin() as connection:
            moved = _one(activation, destination, audience) & (activation.c.address != address)
            connection.execute(update(activation).where(moved).values(refused=None, place=None))
            _change(connection, destination, audience, {"believed": number, "address": address})

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

    def placed(self, item: Delivery, place: Mapping[str, Any]) -> None:
        """Keep what the destination says of what the rows lie in."""
        with self.store.begin() as connection:
            _change(connection, item.destination, item.audience, {"place": dict(place)})

    def foreign(self, item: Delivery, batch: int) -> frozenset[int] | None:
        """Rows that were at the destination before a batch was first sent; None where it never was."""
        query = select(delivery_attempt.c.foreign_rows).where(
            _this(delivery_attempt, item), delivery_attempt.c.batch == batch, delivery_attempt.c.attempt == 1
        )
        with self.store.begin() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else frozenset(found)

    def attempt(self, item: Delivery, batch: Batch, now: datetime) -> None:
        """Note that a batch is about to leave."""
        mine = {"destination": item.destination, "audience": item.audience, "number": item.number}
        query = select(func.count()).where(_this(delivery_attempt, item), delivery_attempt.c.batch == batch.number)
        with self.store.begin() as connection:
            number = (connection.execute(query).scalar() or 0) + 1
            row = {"batch": batch.number, "attempt": number, "begun_at": now, "foreign_rows": sorted(batch.foreign)}
            connection.execute(insert(delivery_attempt).values(**mine, **row))

    def acknowledge_batch(
        self, item: Delivery, batch: Batch, told: Acknowledgement, ids: Mapping[int, str], now: datetime
    ) -> None:
        """Note a batch's fate. `ids` gives the id of each row that was not taken."""
        mine = {"destination": item.destination, "audience": item.audience, "number": item.number}
        not_taken = [
            {**mine, "row": refusal.row, "id": ids[refusal.row], "reason": refusal.reason[:400], "for_good": for_good}
            for refusals, for_good in ((told.refused, True), (told.later, False))
            for refusal in refusals
        ]
        counted = {"rows": batch.rows, "refused": len(told.refused), "later": len(told.later)}
        row = {"batch": batch.number, **counted, "files": list(told.files), "acknowledged_at": now}
        with self.store.begin() as connection:
            connection.execute(insert(delivery_batch).values(**mine, **row))
            if not_taken:
                connection.execute(insert(refused_row), not_taken)

    def not_taken(self, item: Delivery) -> tuple[dict[int, str], list[int]]:
        """The rows that will never be taken, with the reason, and those that were not this time."""
        columns = (refused_row.c.row, refused_row.c.reason, refused_row.c.for_good)
        query = select(*columns).where(_this(refused_row, item)).order_by(refused_row.c.row)
        with self.store.begin() as connection:
            found = connection.execute(query).all()
        return {row.row: row.reason for row in found if row.for_good}, [row.row for row in found if not row.for_good]

    def acknowledge(self, planned: Planned, now: datetime, refused: int | None, later: int) -> None:
        """The delivery is done; its believed file, and that of the refused rows, are in force from now on.

        With rows that are to be tried `later`, the activation stays behind what is wanted, and is due again soon.
        """
        item = planned.delivery
        told = {
            "acknowledged_version": planned.wanted_version, "acknowledged_at": now, "believed": item.number,
            "address": planned.address, "refused": refused, **_CALM,
        }  # fmt: skip
        with self.store.begin() as connection:
            done = {"status": "acknowledged", "acknowledged_at": now, "error": None}
            connection.execute(update(delivery).where(_this(delivery, item)).values(**done))
            if later:
                reason = f"{later:,} row{'s were' if later > 1 else ' was'} not taken this time"
                waiting = _waiting(connection, item.destination, item.audience, reason, now)
                told |= {"acknowledged_version": planned.wanted_version - 1, **waiting}
            _change(connection, item.destination, item.audience, told)

    def acknowledge_unchanged(self, destination: str, audience: str, version: int, now: datetime) -> None:
        """What is wanted is what the destination holds already."""
        told = {"acknowledged_version": version, "acknowledged_at": now, **_CALM}
        with self.store.begin() as connection:
            _change(connection, destination, audience, told)

    def failed(self, destination: str, audience: str, error: str, now: datetime, *, give_up: bool) -> None:
        """Note a failure and when to try again. `give_up` drops the unfinished plan; the next try makes another."""
        open_plan = _one(delivery, destination, audience) & delivery.c.status.in_(UNFINISHED)
        with self.store.begin() as connection:
            _change(connection, destination, audience, _waiting(connection, destination, audience, error, now))
            status = {"status": "failed"} if give_up else {}
            connection.execute(update(delivery).where(open_plan).values(error=error, **status))


def _waiting(connection: Connection, destination: str, audience: str, error: str, now: datetime) -> dict[str, Any]:
    """One more failure, and when to try again."""
    failures = select(activation.c.failures).where(_one(activation, destination, audience))
    before = connection.execute(failures).scalar() or 0
    wait = min(timedelta(minutes=1) * 2 ** min(before, 10), LONGEST_WAIT)
    return {"failures": before + 1, "retry_at": now + wait, "error": error}


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
