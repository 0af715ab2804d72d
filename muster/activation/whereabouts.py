"""Whether a destination has a person or an account of an audience, as far as it acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import select

from muster import sql
from muster.activation.folders import Folders
from muster.activation.ledger import ActivationState, Ledger
from muster.activation.tables import refused_row
from muster.connectors.destination import ID
from muster.settings import Settings
from muster.state import StateStore

#: has: acknowledged. removing: acknowledged, and wanted no more. adding: wanted, not acknowledged yet. refused: the
#: destination would not take it. absent: neither wanted nor there.
Status = Literal["has", "removing", "adding", "refused", "absent"]


@dataclass(frozen=True)
class Whereabouts:
    """One destination; `since` is when it acknowledged what it has, `note` says what stands in the way, if anything."""

    destination: str
    status: Status
    since: datetime | None
    delivery: int | None
    note: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def whereabouts(settings: Settings, state: StateStore, audience: str, ids: Sequence[str]) -> list[Whereabouts]:
    """One for each destination that was told of the audience. `ids` are the entity's own and those merged into it."""
    return [_one(settings, state, item, ids) for item in Ledger(state).activations() if item.audience == audience]


def _one(settings: Settings, state: StateStore, item: ActivationState, ids: Sequence[str]) -> Whereabouts:
    folders = Folders(settings, item.destination, item.audience)
    is_there = item.believed is not None and _has(folders.believed(item.believed), ids)
    is_wanted = _has(folders.wanted(item.wanted_version), ids)
    note = _note(item)
    if is_there:
        return Whereabouts(
            item.destination, "has" if is_wanted else "removing", item.acknowledged_at, item.believed, note
        )
    if is_wanted:
        if reason := _refusal(state, item, ids):
            return Whereabouts(item.destination, "refused", item.acknowledged_at, item.believed, reason)
        return Whereabouts(item.destination, "adding", None, None, note)
    return Whereabouts(item.destination, "absent", None, None, note)


def _note(item: ActivationState) -> str:
    if item.held_reason:
        return f"held back: {item.held_reason}"
    if item.error:
        return f"the last delivery failed: {item.error}"
    return "a delivery is due" if item.wanted_version > item.acknowledged_version else ""


def _has(path: Path, ids: Sequence[str]) -> bool:
    if not path.exists():
        return False
    with sql.connect() as connection:
        query = f"select 1 from {sql.scan(path)} where {ID} in (select unnest(?::varchar[])) limit 1"
        return bool(connection.execute(query, [list(ids)]).fetchall())


def _refusal(state: StateStore, item: ActivationState, ids: Sequence[str]) -> str:
    """Why the destination did not take it, in the newest delivery that it was part of."""
    table = refused_row.c
    query = (
        select(table.reason)
        .where(table.destination == item.destination, table.audience == item.audience, table.id.in_(ids))
        .order_by(table.number.desc())
        .limit(1)
    )
    with state.begin() as connection:
        return str(connection.execute(query).scalar() or "")
