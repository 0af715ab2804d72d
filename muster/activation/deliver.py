"""Delivering one activation, so that it may be killed at any instant and simply run again.

The order of things is the whole of it: row files are in place before the row that names them; the intent is written
before the first byte leaves; a batch counts as arrived only when the destination said so; what is believed changes
in one transaction. An unfinished delivery is carried on from its own plan before anything new is worked out.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pyarrow as pa

from muster import sql
from muster.activation import rows
from muster.activation.believing import Answers, fold, still_refused
from muster.activation.difference import ORDER, changes, counts
from muster.activation.folders import Folders
from muster.activation.ledger import ActivationState, Ledger, Planned
from muster.activation.registry import open_destination
from muster.activation.reports import DeliveryReport
from muster.activation.sending import Sender
from muster.activation.unsure import be_unsure
from muster.activation.wanted import denied_uses
from muster.config.models import Configuration
from muster.connectors.destination import ID, REMOTE, Delivery, Destination
from muster.durable import link_whole
from muster.errors import DeliveryError, HeldError, MusterError, PermanentDelivery
from muster.governance.consent import BARRED, barred
from muster.locks import exclusive
from muster.settings import Settings
from muster.snapshot import current
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
        self.configuration, self.snapshot = configuration, current(settings)
        self.withheld = self._withheld()

    def deliver(self) -> DeliveryReport:
        state = self._state()
        if state.held_reason:
            mend = f"`muster release {self.audience}` lets it go"
            raise HeldError(f"{state.name} is held back: {state.held_reason} ({mend})")
        try:
            self._check_policies()
            return self._catch_up(state)
        except Exception as error:
            told = str(error) if isinstance(error, MusterError) else type(error).__name__  # others may quote a row
            give_up = isinstance(error, PermanentDelivery)
            if give_up and not self.target.replaced:
                unfinished = self.ledger.unfinished(self.destination, self.audience)
                be_unsure(self.folders, self.ledger, self._state(), unfinished)
            self.ledger.failed(self.destination, self.audience, told, self.now, give_up=give_up)
            raise

    def _check_policies(self) -> None:
        """The schema, the policies or the mapping may have changed since this was wanted."""
        audience = self.configuration.audience(self.audience)
        if audience is None or self.snapshot is None:
            return
        for item in audience.deliveries:
            if item.destination == self.destination:
                for denied in denied_uses(self.configuration, self.snapshot.schema, audience, item):
                    raise DeliveryError(f"{self.destination}/{self.audience} may not be sent: {denied}")

    def _withheld(self) -> pa.Table:
        """The people who may not be sent, as of the newest snapshot; none for an audience of accounts."""
        audience = self.configuration.audience(self.audience)
        if audience is None or audience.of != "people" or self.snapshot is None:
            return BARRED.empty_table()
        return barred(self.snapshot, self.configuration.governance.consent.of(self.destination), self.now)

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
        believed = None if self._moved(state) else self._believed(state)
        refused = None if self._moved(state) else self._refused(state)
        number = self.ledger.last_number(self.destination, self.audience) + 1
        self._put_wanted(rows.present(self.folders.wanted(state.wanted_version), f"{state.name}, wanted rows"), number)
        wanted = self.folders.plan_wanted(number)
        with sql.connect() as connection:
            difference = changes(connection, wanted, believed, None if self.target.whole else refused)
            if not self.target.whole:
                order = f" order by {ORDER}" if believed else ""  # wanted rows have their order already
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

    def _put_wanted(self, wanted: Path, number: int) -> None:
        """Everyone who is wanted and may be sent at this moment: those who have said no meanwhile are left out."""
        path = self.folders.plan_wanted(number)
        with sql.connect() as connection:
            connection.register("withheld", self.withheld)
            left_out = f"{ID} in (select _id from withheld)"
            if sql.count(connection, f"{sql.scan(wanted)} where {left_out}"):
                rows.write(connection, f"select * from {sql.scan(wanted)} where not {left_out} order by {ID}", path)
                return
        link_whole(wanted, path)

    def _finish(self, planned: Planned) -> DeliveryReport:
        """Send the batches that are not acknowledged, then put the new belief in force."""
        item, state, path = planned.delivery, self._state(), self._row_file(planned)
        place = state.place if state.place and planned.address == state.address else {}
        sender = Sender(self.target, self.folders, self.ledger, self.now, self.withheld)
        sender.send(planned, path, place)
        answers = sender.answers(planned)
        self._believe(planned, path, answers)
        refused = self._refuse(planned, path, answers)
        self.ledger.acknowledge(planned, self.now, refused, len(answers.later))
        files = [name for names in self.ledger.acknowledged_batches(item).values() for name in names]
        return DeliveryReport(
            item.destination,
            item.audience,
            sent=item.rows,
            acknowledged=item.rows - len(answers.refused) - len(answers.later),
            refused=len(answers.refused),
            later=len(answers.later),
            added=item.added,
            updated=item.updated,
            removed=item.removed,
            files=tuple(files),
        )

    def _row_file(self, planned: Planned) -> Path:
        number = planned.delivery.number
        path = self.folders.plan_wanted(number) if planned.whole else self.folders.plan_changes(number)
        return rows.present(path, f"{planned.delivery.name}, planned rows")

    def _believe(self, planned: Planned, sent: Path, answers: Answers) -> None:
        """Put the file in place that says what the destination holds now."""
        number = planned.delivery.number
        before = None if planned.delivery.kind == "full" else self._believed(self._state())
        with sql.connect() as connection:
            nothing_known = before is None or REMOTE not in sql.columns(connection, sql.scan(before))
            if nothing_known and not answers.refused and not answers.later and not answers.results:
                link_whole(self.folders.plan_wanted(number), self.folders.believed(number))
            else:
                rows.write(connection, fold(connection, before, sent, answers), self.folders.believed(number))

    def _refuse(self, planned: Planned, sent: Path, answers: Answers) -> int | None:
        """Put the file in place that says what the destination will not take; its number, None where there is none."""
        state = self._state()
        before = None if planned.delivery.kind == "full" or self._moved(state) else self._refused(state)
        if planned.whole or not (answers.refused or before):
            return None
        with sql.connect() as connection:
            query = still_refused(connection, before, sent, answers)
            if query is None:
                return None
            rows.write(connection, query, self.folders.refused(planned.delivery.number))
        return planned.delivery.number

    def _moved(self, state: ActivationState) -> bool:
        return state.address != self.target.address

    def _refused(self, state: ActivationState) -> Path | None:
        if state.refused is None:
            return None
        return rows.present(self.folders.refused(state.refused), f"{state.name}, refused rows")

    def _believed(self, state: ActivationState) -> Path | None:
        if state.believed is None:
            return None
        return rows.present(self.folders.believed(state.believed), f"{state.name}, believed rows")

    def _tidy(self) -> None:
        state = self._state()
        kept = {"believed": state.believed, "refused": state.refused}
        self.folders.tidy(state.wanted_version, kept, unfinished=())
