"""Which audiences hold a person or an account, since when, and which destinations were told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from muster import sql
from muster.activation.folders import Folders
from muster.activation.ledger import Ledger
from muster.audiences.membership import EXITED_FOR, Membership, MembershipStore
from muster.connectors.destination import ID
from muster.identity.profile.model import Kind, Row
from muster.identity.profile.reader import Reader
from muster.settings import Settings
from muster.state import StateStore


@dataclass(frozen=True)
class Stores:
    """Where memberships and deliveries are kept, and the audiences there are by name."""

    settings: Settings
    state: StateStore
    audiences: Sequence[str]

    def audiences_of(self, kind: Kind, ordinal: int, now: datetime) -> list[Row]:
        """Audiences in force, then those left within the last 30 days: `audience, status, since, held`.

        `since` is when the run of versions that it is in began, or when it was left.
        """
        store = MembershipStore(self.settings, self.state)
        rows = [row for name in self.audiences if (row := _membership(name, kind, store.history(name), ordinal, now))]
        return sorted(rows, key=lambda row: (row["status"] != "realized", row["audience"]))

    def destinations_of(self, reader: Reader, identifier: str) -> list[Row]:
        """Destinations that hold the profile as far as they acknowledged: `destination, audience, as_of`."""
        held = {}
        for item in Ledger(self.state).activations():
            if item.believed is not None:
                path = Folders(self.settings, item.destination, item.audience).believed(item.believed)
                if path.exists():
                    held[str(path)] = item
        if not held:
            return []
        files = ", ".join(sql.literal(path) for path in held)
        query = f"select distinct filename from read_parquet([{files}], filename = true, union_by_name = true)"
        found = {row["filename"] for row in reader.rows(f"{query} where {ID} = $id", id=identifier)}
        return [
            {"destination": item.destination, "audience": item.audience, "as_of": item.acknowledged_at}
            for path, item in held.items()
            if path in found
        ]


def _membership(audience: str, kind: Kind, history: Iterator[Membership], ordinal: int, now: datetime) -> Row | None:
    """Walks the versions back from the newest, no further than it takes."""
    latest = next(history, None)
    if latest is None or latest.entity != kind:
        return None
    later = latest
    is_in = ordinal in latest.members
    for item in history:
        if item.entity != kind or (not is_in and later.evaluated_at < now - EXITED_FOR):
            break
        if (ordinal in item.members) != is_in:
            return _row(latest, "realized" if is_in else "exited", later.evaluated_at)
        later = item
    return _row(latest, "realized", later.evaluated_at) if is_in else None


def _row(latest: Membership, status: str, since: datetime) -> Row:
    return {"audience": latest.audience, "status": status, "since": since, "held": latest.held}
