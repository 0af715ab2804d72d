"""What the next activation would send, worked out without touching anything.

From the newest snapshot, the newest memberships and the configuration as it stands now: an edited mapping, a new
destination or a consent that was taken back shows here before anything leaves.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pyroaring import BitMap

from muster import sql
from muster.activation import rows
from muster.activation.difference import Counts, changes, counts
from muster.activation.folders import Folders
from muster.activation.ledger import ActivationState, Ledger
from muster.activation.mapping import mistakes
from muster.activation.registry import open_destination
from muster.activation.wanted import denied_uses, render
from muster.audiences import Membership, MembershipStore
from muster.config.models import Activation, Audience, Configuration
from muster.connectors.destination import Destination
from muster.errors import MusterError
from muster.governance.consent import barred
from muster.settings import Settings
from muster.snapshot import Snapshot, current
from muster.state import StateStore


@dataclass(frozen=True)
class Preview:
    """One activation: rows by what would happen to them, and what it would take.

    `withheld` members are not sent for want of consent, `refused` rows not again because the destination refused them
    as they are. `seconds` are those of the vendor's own limits. `obstacle` says why nothing would be sent at all.
    """

    destination: str
    audience: str
    members: int = 0
    added: int = 0
    updated: int = 0
    removed: int = 0
    withheld: int = 0
    refused: int = 0
    calls: int = 0
    seconds: float = 0.0
    first: bool = False
    obstacle: str = ""

    @property
    def rows(self) -> int:
        return self.added + self.updated + self.removed


def preview(
    settings: Settings,
    store: StateStore,
    configuration: Configuration,
    now: datetime,
    *,
    destination: str | None = None,
    audience: str | None = None,
) -> Iterator[Preview]:
    """Each activation of the configuration, or of one destination or audience, in the order of the files."""
    snapshot = current(settings)
    for item in configuration.audiences:
        for activation in item.deliveries:
            if destination in (None, activation.destination) and audience in (None, item.name):
                found = Preview(activation.destination, item.name)
                try:
                    yield _Planner(settings, store, configuration, now, snapshot, item, activation).plan()
                except MusterError as error:
                    yield Preview(found.destination, found.audience, obstacle=str(error).splitlines()[0])


@dataclass(frozen=True)
class _Planner:
    settings: Settings
    store: StateStore
    configuration: Configuration
    now: datetime
    snapshot: Snapshot | None
    audience: Audience
    activation: Activation

    def plan(self) -> Preview:
        name, destination = self.audience.name, self.activation.destination
        membership = MembershipStore(self.settings, self.store).latest(name)
        state = Ledger(self.store).activation(destination, name)
        target = open_destination(self.settings, self.configuration, destination)
        if self.snapshot is None or membership is None:
            return Preview(destination, name, obstacle="it was never evaluated")
        if obstacle := self._obstacle(self.snapshot, target, membership):
            return Preview(destination, name, members=membership.size, obstacle=obstacle)
        withheld = barred(self.snapshot, self.configuration.governance.consent.of(destination), self.now)
        members = membership.members
        if self.audience.of == "people":
            members = members - BitMap(withheld["_ord"].to_pylist())
        with tempfile.TemporaryDirectory() as place, sql.connect() as connection:
            render(connection, self.snapshot, self.audience.of, self.activation.fields, members, withheld)
            wanted = Path(place) / "wanted.parquet"
            rows.write(connection, "select * from wanted", wanted)
            believed, refused = self._known(target, state)
            found = counts(connection, changes(connection, wanted, believed, refused))
            spared = counts(connection, changes(connection, wanted, believed)).total - found.total
        return self._told(target, membership, found, len(membership.members) - len(members), spared, believed is None)

    def _obstacle(self, snapshot: Snapshot, target: Destination, membership: Membership) -> str:
        for denied in denied_uses(self.configuration, snapshot.schema, self.audience, self.activation):
            return str(denied)
        for wrong in mistakes(snapshot.schema, self.audience.of, self.activation.fields, target.nested):
            return wrong.what
        if membership.held:
            return f"held back, its size jumped; `muster release {self.audience.name}` lets it go"
        return ""

    def _known(self, target: Destination, state: ActivationState | None) -> tuple[Path | None, Path | None]:
        """What is believed and refused, where it is still of the same place."""
        if state is None or state.address != target.address:
            return None, None
        folders = Folders(self.settings, self.activation.destination, self.audience.name)
        believed = None if state.believed is None else rows.present(folders.believed(state.believed), state.name)
        refused = None if state.refused is None else rows.present(folders.refused(state.refused), state.name)
        return believed, None if target.whole else refused

    def _told(
        self, target: Destination, membership: Membership, found: Counts, withheld: int, refused: int, first: bool
    ) -> Preview:
        effort = target.effort(found.added, found.updated, found.removed) if found.total else None
        return Preview(
            self.activation.destination,
            self.audience.name,
            members=membership.size,
            added=found.added,
            updated=found.updated,
            removed=found.removed,
            withheld=withheld,
            refused=refused,
            calls=effort.calls if effort else 0,
            seconds=effort.seconds if effort else 0.0,
            first=first,
        )
