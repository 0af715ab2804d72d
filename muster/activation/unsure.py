"""What a destination may hold when nobody can say what it holds.

A delivery that was given up half way, or a belief that somebody gave up, leaves rows at the destination that are ours.
They stay believed, with content unknown: whoever of them is wanted is sent again, and the others are taken away. Were
they forgotten, the next look at the destination would take them for somebody else's, and they would stay for ever.
"""

from __future__ import annotations

import duckdb

from muster import sql
from muster.activation import rows
from muster.activation.difference import remembered
from muster.activation.folders import Folders
from muster.activation.ledger import ActivationState, Ledger, Planned
from muster.activation.sending import batches
from muster.connectors.destination import FOREIGN, HASH, ID, OP, REMOTE


def be_unsure(folders: Folders, ledger: Ledger, state: ActivationState, unfinished: Planned | None) -> None:
    """Believe from now on that the destination may hold all that it was believed to hold, and all that was tried."""
    address = unfinished.address if unfinished else state.address
    number = ledger.last_number(state.destination, state.audience)
    with sql.connect() as connection:
        parts = _held(connection, folders, state) if address == state.address else []
        if unfinished is not None and not unfinished.whole:
            parts += _attempted(folders, ledger, unfinished)
        if parts:
            query = f"""
                select {ID}, null::uuid as {HASH}, max({REMOTE}) as {REMOTE}, bool_and({FOREIGN}) as {FOREIGN}
                from ({" union all ".join(parts)}) group by {ID} order by {ID}
            """
            rows.write(connection, query, folders.believed(number))
            ledger.believe(state.destination, state.audience, number, address)


def _held(connection: duckdb.DuckDBPyConnection, folders: Folders, state: ActivationState) -> list[str]:
    if state.believed is None or not folders.believed(state.believed).exists():
        return []
    path = folders.believed(state.believed)
    return [f"select {ID}, {remembered(connection, path)} from {sql.scan(path)}"]


def _attempted(folders: Folders, ledger: Ledger, unfinished: Planned) -> list[str]:
    """The rows that went out, whether or not anything came back."""
    path = folders.plan_changes(unfinished.delivery.number)
    if not path.exists():
        return []
    found = []
    for batch in batches(unfinished, path):
        foreign = ledger.foreign(unfinished.delivery, batch.number)
        if foreign is not None:
            listed = ", ".join(map(str, sorted(foreign))) or "-1"
            told = f"select {ID}, {REMOTE}, {FOREIGN} or _row in ({listed}) as {FOREIGN}"
            found.append(f"{told} from ({batch.query()}) where {OP} <> 'REMOVE'")
    return found
