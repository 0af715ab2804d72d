"""Whom an identity means, in a snapshot of any day."""

from __future__ import annotations

from dataclasses import dataclass

from muster.errors import MusterError
from muster.identity.profile.find import find_accounts, find_people
from muster.identity.profile.reader import Reader
from muster.snapshot import Snapshot
from muster.snapshot.publish import ORDINAL

PLURAL = {"person": "people", "account": "accounts"}
LISTED = 5


@dataclass(frozen=True)
class Found:
    """A person or account: id and ordinal for life, and a name to call it by."""

    id: str
    ordinal: int
    name: str
    detail: str


def ask_for(snapshot: Snapshot, entity: str, text: str) -> Found:
    """The one person or account that a text names; raises MusterError where it is nobody, or several."""
    reader = Reader(snapshot)
    found = (find_people if entity == "person" else find_accounts)(reader, text)
    if not found.hits:
        hint = f"; nearest are {', '.join(found.nearest)}" if found.nearest else ""
        raise MusterError(f"no {entity} is known by '{text}' in snapshot {snapshot.version}{hint}")
    if len(found.hits) > 1:
        listed = "; ".join(f"{hit.id} {hit.name} {hit.detail}".strip() for hit in found.hits[:LISTED])
        more = f" … and {found.total - LISTED:,} more" if found.total > LISTED else ""
        raise MusterError(
            f"{found.total:,} {PLURAL[entity]} are known by '{text}'; ask again with an id: {listed}{more}"
        )
    hit = found.hits[0]
    query = f"select {ORDINAL} as ordinal from {reader.table(entity)} where {entity}_id = $id"
    return Found(hit.id, int(reader.rows(query, id=hit.id)[0]["ordinal"]), hit.name, hit.detail)
