"""Delivering one activation, so that it may be killed at any instant and simply run again.

The order of things is the whole of it: row files are in place before the row that names them; the intent is written
before the first byte leaves; a batch counts as arrived only when the destination said so; what is believed changes
in one transaction. An unfinished delivery is carried on from its own plan before anything new is worked out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from muster import sql
from muster.activation import rows
from muster.activation.difference import changes, counts, fold
from muster.activation.folders import Folders
from muster.activation.ledger import ActivationState, Ledger, Planned
from muster.activation.registry import open_destination
from muster.activation.reports import DeliveryReport
from muster.config.models import Configuration
from muster.connectors.destination import ID, Acknowledgement, Batch, Delivery, Destination
from muster.durable import link_whole
from muster.errors import DeliveryError, HeldError, MusterError, PermanentDelivery
from muster.locks import exclusive
from muster.settings import Settings
from muster.state import StateStore


def deliver(
    settings: Settings,
    store: StateStore,
    configuration: Configuration,
    destination: str,
    audience: str,
    now: datetime,
) -> DeliveryReport:
    """Bring a destination to what is wanted of one audience; where it is there already, write nothing.

    Raises HeldError while a guard holds the activation, TransientDelivery where another try may work,
    PermanentDelivery where this plan was given up (the next call makes a new one), and DeliveryError where what is
    wanted or believed is not known.
    """
    with exclusive(settings, f"deliver-{destination}-{audience}"):
        return _Activation(settings, store, configuration, destination, audience, now).deliver()


class _Activation:
    """One activation, locked."""

    def __init__(
        self,
        settings: Settings,
        store: StateStore,
        configuration: Configuration,
        destination: str,
        audience: str,
        now: datetime,
    ) -> None:
        self.destination, self.audience, self.now = destination, audience, now
        self.target: Destination = open_destination(settings, configuration, destination)
        self.folders = Folders(settings, destination, audience)
        self.ledger = Ledger(store)

    def deliver(self) -> DeliveryReport:
        state = self._state()
        if state.held_reason:
            mend = f"`muster release {self.audience}` lets it go"
            raise HeldError(f"{state.name} is held back: {state.held_reason} ({mend})")
        try:
            return self._catch_up(state)
        except Exception as error:
            told = str(error) if isinstance(error, MusterError) else type(error).__name__  # others may quote a row
            give_up = isinstance(error, PermanentDelivery)
            self.ledger.failed(self.destination, self.audience, told, self.now, give_up=give_up)
            raise

    def _catch_up(self, state: ActivationState) -> DeliveryReport:
        report = DeliveryReport(self.destination, self.audience)
        unfinished = self.ledger.unfinished(self.destination, self.audience)
        if unfinished or state.wanted_version > state.acknowledged_version:
            self.ledger.begin_attempt(self.destination, self.audience)
        if unfinished:
            report += self._finish(unfinished)
            state = self._state()
        if state.wanted_version > state.acknowledged_version and (planned := self._plan(state)):
            report += self._finish(planned)
        self._tidy()
        return report

    def _state(self) -> ActivationState:
        state = self.ledger.activation(self.destination, self.audience)
        if state is None:
            name = f"{self.destination}/{self.audience}"
            raise DeliveryError(f"{name}: nothing is wanted yet; evaluate {self.audience} first")
        return state

    def _plan(self, state: ActivationState) -> Planned | None:
        """Work out the difference, put it on disk and write the intent; None where there is none to send."""
        wanted = rows.present(self.folders.wanted(state.wanted_version), f"{state.name}, wanted rows")
        moved = state.address != self.target.address
        believed = None if moved else self._believed(state)
        number = self.ledger.last_number(self.destination, self.audience) + 1
        link_whole(wanted, self.folders.plan_wanted(number))
        with sql.connect() as connection:
            difference = changes(connection, wanted, believed)
            if not self.target.whole:
                order = f" order by {ID}" if believed else ""  # wanted rows have their order already
                rows.write(connection, f"select * from ({difference}){order}", self.folders.plan_changes(number))
                difference = f"select * from {sql.scan(self.folders.plan_changes(number))}"
            found = counts(connection, difference)
            everyone = sql.count(connection, sql.scan(wanted))
        if believed is not None and found.total == 0:
            self.ledger.acknowledge_unchanged(self.destination, self.audience, state.wanted_version, self.now)
            return None
        item = Delivery(
            destination=self.destination,
            audience=self.audience,
            number=number,
            kind="full" if self.target.whole or believed is None else "incremental",
            planned_at=self.now,
            rows=everyone if self.target.whole else found.total,
            added=found.added,
            updated=found.updated,
            removed=found.removed,
        )
        planned = Planned(
            delivery=item,
            wanted_version=state.wanted_version,
            address=self.target.address,
            plan=self.target.plan(item),
            whole=self.target.whole,
            batch_rows=self.target.batch_rows,
            status="planned",
        )
        self.ledger.intend(planned)
        return planned

    def _finish(self, planned: Planned) -> DeliveryReport:
        """Send the batches that are not acknowledged, then put the new belief in force."""
        item = planned.delivery
        self._send(planned)
        refused = self.ledger.refused_rows(item)
        self._believe(planned, refused)
        self.ledger.acknowledge(planned, self.now)
        files = [name for names in self.ledger.acknowledged_batches(item).values() for name in names]
        return DeliveryReport(
            item.destination,
            item.audience,
            sent=item.rows,
            acknowledged=item.rows - len(refused),
            refused=len(refused),
            added=item.added,
            updated=item.updated,
            removed=item.removed,
            files=tuple(files),
        )

    def _send(self, planned: Planned) -> None:
        item = planned.delivery
        arrived = self.ledger.acknowledged_batches(item)
        self.ledger.sending(item)
        for batch in _batches(planned, self._row_file(planned)):
            if batch.number not in arrived:
                told = self.target.send(item, planned.plan, batch)
                self.ledger.acknowledge_batch(item, batch, told, _ids(batch.path, told), self.now)

    def _row_file(self, planned: Planned) -> Path:
        number = planned.delivery.number
        path = self.folders.plan_wanted(number) if planned.whole else self.folders.plan_changes(number)
        return rows.present(path, f"{planned.delivery.name}, planned rows")

    def _believe(self, planned: Planned, refused: list[int]) -> None:
        """Put the file in place that says what the destination holds now."""
        number = planned.delivery.number
        if not refused:
            link_whole(self.folders.plan_wanted(number), self.folders.believed(number))
            return
        state = self._state()
        before = None if planned.delivery.kind == "full" else self._believed(state)
        with sql.connect() as connection:
            rows.write(
                connection, fold(connection, before, self._row_file(planned), refused), self.folders.believed(number)
            )

    def _believed(self, state: ActivationState) -> Path | None:
        if state.believed is None:
            return None
        return rows.present(self.folders.believed(state.believed), f"{state.name}, believed rows")

    def _tidy(self) -> None:
        state = self._state()
        self.folders.tidy(state.wanted_version, state.believed, unfinished=())


def _batches(planned: Planned, path: Path) -> Iterator[Batch]:
    """All batches of a delivery; an empty one is one batch of no rows, for an empty file is a statement too."""
    total = planned.delivery.rows
    size = planned.batch_rows or max(total, 1)
    for number, first in enumerate(range(0, max(total, 1), size)):
        yield Batch(number, path, first, min(size, total - first))


def _ids(path: Path, told: Acknowledgement) -> dict[int, str]:
    """Ids of refused rows, by row number."""
    if not told.refused:
        return {}
    with sql.connect() as connection:
        found = connection.execute(
            f"select file_row_number, {ID} from read_parquet({sql.literal(path)}, file_row_number = true)"
            " where file_row_number in (select unnest(?::bigint[]))",
            [[refusal.row for refusal in told.refused]],
        ).fetchall()
    return {int(row): str(name) for row, name in found}
