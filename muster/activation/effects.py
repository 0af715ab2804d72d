"""What another membership would mean at each destination of an audience: rows to add and to remove."""

from __future__ import annotations

from dataclasses import dataclass

from muster import sql
from muster.activation.folders import Folders
from muster.activation.ledger import Ledger
from muster.audiences.bitmaps import to_arrow
from muster.audiences.trial import Trial
from muster.connectors.destination import ID
from muster.settings import Settings
from muster.snapshot import Snapshot
from muster.state import StateStore


@dataclass(frozen=True)
class Effect:
    """Against what the destination is believed to hold now; updates of values come on top."""

    destination: str
    holds: int
    add: int
    remove: int


def effects(settings: Settings, state: StateStore, snapshot: Snapshot, audience: str, trial: Trial) -> list[Effect]:
    """One for each destination that has been told anything of the audience, by name."""
    found = []
    for item in Ledger(state).activations():
        if item.audience != audience:
            continue
        believed = Folders(settings, item.destination, audience).believed(item.believed or 0)
        with sql.connect() as connection:
            connection.register("members", to_arrow(trial.members))
            register = sql.scan(snapshot.register(trial.entity))
            connection.execute(f"""
                create or replace temp table wanted as
                select distinct id as {ID} from {register} as r semi join members on members._ord = r.ord
                where merged_into is null
            """)
            there = (
                f"select {ID} from {sql.scan(believed)}"
                if believed.exists()
                else f"select {ID} from wanted where false"
            )
            row = connection.execute(f"""
                select count(*) filter (where h.{ID} is not null), count(*) filter (where h.{ID} is null),
                    count(*) filter (where w.{ID} is null)
                from wanted as w full outer join ({there}) as h using ({ID})
            """).fetchall()[0]
        found.append(Effect(item.destination, int(row[0]), int(row[1]), int(row[2])))
    return found
